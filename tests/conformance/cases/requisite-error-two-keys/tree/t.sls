a: {test.nop: []}
b: {test.nop: [{require: [{test: a, cmd: b}]}]}
