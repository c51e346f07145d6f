include: [b]
a: {test.nop: [{require: [{sls: b}]}]}
