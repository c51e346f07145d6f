a: {test.nop: [{names: [x, y]}]}
b: {test.nop: [{order: 1}, {require: [{test: a}]}]}
