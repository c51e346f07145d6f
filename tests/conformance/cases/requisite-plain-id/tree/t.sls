a: {test.nop: []}
b: {test.nop: [{require: [a]}]}
c: {test.nop: [{require: [{id: a}]}]}
