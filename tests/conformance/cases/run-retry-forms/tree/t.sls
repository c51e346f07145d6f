twice: {test.fail_without_changes: [{retry: {attempts: 2, interval: 0}}]}
three-times: {test.fail_with_changes: [{retry: {attempts: 3, interval: 0, splay: 0}}]}
until-false: {test.nop: [{retry: {attempts: 2, until: False, interval: 0}}]}
at-once: {test.nop: [{retry: {attempts: 5, interval: 0}}]}
none: {test.fail_without_changes: [{retry: {attempts: 0}}]}
ill-typed: {test.fail_without_changes: [{retry: {attempts: x, until: 3, interval: 0}}]}
one: {test.fail_without_changes: [{retry: {attempts: 1}}]}
