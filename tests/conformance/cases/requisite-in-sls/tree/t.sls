include: [b]
a: {test.nop: [{require_in: [{sls: b}]}]}
