a: {test.nop: []}
b: {test.nop: [{watch: a}]}
