z: {test.nop: []}
a: {test.succeed_without_changes: []}
m: {test.nop: []}
