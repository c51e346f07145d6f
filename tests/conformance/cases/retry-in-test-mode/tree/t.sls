fails: {test.fail_without_changes: [{retry: {attempts: 2, interval: 0}}]}
works: {test.succeed_with_changes: [{retry: True}]}
