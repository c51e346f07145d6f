z: {test.nop: []}
u: {test.nop: [{order: 0}, {require: [{test: v}]}]}
v: {test.nop: [{require: [{test: w}]}]}
m: {test.nop: []}
w: {test.nop: []}
