a: {test.nop: [{require: [{test: b}]}]}
b: {test.nop: [{require: [{test: c}]}]}
c: {test.nop: [{watch: [{test: d}]}]}
x: {test.nop: []}
d: {test.succeed_with_changes: []}
