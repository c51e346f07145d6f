a: {test.nop: [{require: [{test: x}, {test: y}]}, {watch: [{cmd: z}]}]}
b: {test.nop: [{onfail: [{test: x}]}]}
