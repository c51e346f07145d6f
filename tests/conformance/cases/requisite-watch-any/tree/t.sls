quiet: {test.nop: []}
loud: {test.succeed_with_changes: []}
bad: {test.fail_with_changes: []}
fires: {test.nop: [{watch_any: [{test: quiet}, {test: loud}]}]}
fires-beside-a-failure: {test.nop: [{watch_any: [{test: bad}, {test: loud}]}]}
quiet-beside-a-failure: {test.nop: [{watch_any: [{test: bad}, {test: quiet}]}]}
only-failures: {test.nop: [{watch_any: [{test: bad}]}]}
