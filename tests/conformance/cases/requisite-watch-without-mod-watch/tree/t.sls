/tmp/x: {file.absent: [{watch: [{test: a}]}]}
a: {test.nop: []}
