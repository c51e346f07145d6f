a: {test.nop: [{prereq: [{test: b}]}]}
b: {test.succeed_with_changes: [{require: [{test: c}]}]}
c: {test.nop: [{require: [{test: a}]}]}
