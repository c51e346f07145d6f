a: {test.nop: [{require: [{cmd: nope}]}]}
b: {test.nop: []}
