says-test: {test.succeed_with_changes: [{test: True}]}
plain: {test.succeed_with_changes: []}
