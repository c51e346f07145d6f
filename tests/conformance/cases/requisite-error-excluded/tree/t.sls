include: [u]
exclude: [{id: b}]
a: {test.nop: [{require: [{test: b}]}]}
