a: {test.succeed_with_changes: []}
b: {test.nop: [{watch: [{test: a}, {test: a}, a]}]}
c: {test.nop: [{require: [{test: null}, {test: a}]}]}
d: {test.nop: [{require: []}]}
