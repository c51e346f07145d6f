a: {test.nop: [{name: real-name}]}
b: {test.nop: [{require: [{test: real-name}]}]}
