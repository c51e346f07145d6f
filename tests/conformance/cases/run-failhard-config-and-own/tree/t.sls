soft: {test.fail_without_changes: [{failhard: False}]}
still: {test.nop: []}
hard: {test.fail_without_changes: []}
never: {test.nop: []}
