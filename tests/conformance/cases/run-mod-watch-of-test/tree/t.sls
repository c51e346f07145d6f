loud: {test.succeed_with_changes: []}
says: {test.nop: [{watch: [{test: loud}]}, {comment: my own}, {result: False}]}
changes: {test.nop: [{watch: [{test: loud}]}, {changes: {a: b}}]}
several: {test.nop: [{watch: [{test: loud}, {test: louder}, {cmd: quiet}]}]}
louder: {test.succeed_with_changes: [{name: named}]}
quiet: {cmd.run: [{name: 'true'}, {stateful: False}]}
after: {test.nop: [{require: [{test: says}]}]}
