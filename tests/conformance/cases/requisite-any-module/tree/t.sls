a: {test.succeed_with_changes: []}
b:
  cmd.run: [{name: 'true'}]
  test.nop: []
plain-id: {test.nop: [{watch: [a]}, {require: [b]}]}
id-key: {test.nop: [{onchanges: [{id: a}]}]}
by-name: {test.nop: [{require: ['true']}]}
onfail-of-both: {test.nop: [{onfail: [b]}]}
