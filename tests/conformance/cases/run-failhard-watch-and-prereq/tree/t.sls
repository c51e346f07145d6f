loud: {test.succeed_with_changes: []}
ears: {test.nop: [{listen: [{test: loud}]}]}
soft: {test.fail_without_changes: [{failhard: False}]}
hard: {test.fail_without_changes: [{failhard: True}, {onfail: [{test: soft}]}]}
never: {test.nop: []}
