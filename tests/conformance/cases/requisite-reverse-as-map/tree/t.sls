a: {test.succeed_with_changes: [{watch_in: {test: b}}]}
b: {test.nop: []}
c: {test.nop: [{require_in: {test: d}}]}
d: {test.nop: []}
