changed: {test.succeed_with_changes: []}
quiet: {test.succeed_without_changes: []}
ear: {test.nop: [{listen: [{test: changed}, {test: quiet}]}]}
deaf: {test.nop: [{listen: [{test: quiet}]}]}
