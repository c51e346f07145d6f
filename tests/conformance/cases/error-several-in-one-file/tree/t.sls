a: {test: []}
b: {test.nop: x}
c: {test.nop: [{require: y}]}
d: {test.nop: [{names: z}]}
e: {test.nop: []}
