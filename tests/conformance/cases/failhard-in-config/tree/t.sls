a: {test.nop: []}
b: {test.fail_without_changes: []}
c: {test.nop: []}
