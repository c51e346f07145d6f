base: {test.succeed_without_changes: []}
b: {test.succeed_with_changes: [{watch_in: [{test: base}]}]}
a: {test.nop: [{require_in: [{test: b}]}]}
