a: {test.nop: [{require: [{test: b}]}]}
b: {test.nop: [{require: [{test: c}]}]}
c: {test.nop: [{watch_in: [{test: b}]}, {require: [{test: a}]}]}
