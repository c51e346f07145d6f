a: {test.nop: [{require: [{sls: 'no*'}]}]}
b: {test.nop: [{require: [{test: 'no*'}]}]}
