quiet: {test.nop: []}
loud: {test.succeed_with_changes: []}
bad: {test.fail_without_changes: []}
one-changed: {test.nop: [{onchanges_any: [{test: quiet}, {test: loud}]}]}
none-changed: {test.nop: [{onchanges_any: [{test: quiet}]}]}
one-failed-one-changed: {test.nop: [{onchanges_any: [{test: bad}, {test: loud}]}]}
all-of-onchanges: {test.nop: [{onchanges: [{test: quiet}, {test: loud}]}]}
