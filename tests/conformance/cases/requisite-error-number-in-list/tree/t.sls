a: {test.nop: []}
b: {test.nop: [{require: [3]}]}
