fails: {test.fail_without_changes: [{retry: {attempts: 2, interval: 0}}]}
works: {test.succeed_without_changes: [{retry: {attempts: 3, interval: 0}}]}
until: {test.succeed_without_changes: [{retry: {attempts: 2, interval: 0, until: False}}]}
after: {test.nop: []}
