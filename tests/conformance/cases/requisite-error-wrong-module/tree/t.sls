a: {test.nop: []}
b: {test.nop: [{require: [{cmd: a}]}]}
