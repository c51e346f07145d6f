bad-but-changed: {test.fail_with_changes: []}
bad: {test.fail_without_changes: []}
skipped: {test.succeed_with_changes: [{unless: 'true'}]}
l1: {test.nop: [{listen: [{test: bad-but-changed}]}]}
l2: {test.nop: [{listen: [{test: bad}]}]}
l3: {test.nop: [{listen: [{test: skipped}]}]}
l4: {test.fail_without_changes: [{listen: [{test: bad-but-changed}]}]}
guarded: {test.nop: [{listen: [{test: bad-but-changed}]}, {onlyif: 'false'}]}
