quiet: {test.nop: []}
loud: {test.succeed_with_changes: []}
one-would: {test.nop: [{prereq: [{test: quiet}, {test: loud}]}]}
none-would: {test.nop: [{prereq: [{test: quiet}]}]}
