ear: {test.nop: []}
changed: {test.succeed_with_changes: [{listen_in: [{test: ear}]}]}
last: {test.nop: []}
