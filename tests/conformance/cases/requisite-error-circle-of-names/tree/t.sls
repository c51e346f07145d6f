many: {test.nop: [{names: [x, y]}, {require: [{test: z}]}]}
z: {test.nop: [{onfail: [{test: y}]}]}
