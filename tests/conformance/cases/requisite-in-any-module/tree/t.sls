a: {test.succeed_with_changes: [{watch_in: [{test: b}, {cmd: b}, {id: b}]}]}
b: {test.nop: []}
c: {test.nop: [{require_in: [{test: b}]}]}
