a: {test.succeed_with_changes: []}
b: {cmd.run: [{name: echo b}]}
c: {test.nop: [{onchanges: [{test: a}]}]}
d: {test.nop: [{require: [{test: a}]}]}
