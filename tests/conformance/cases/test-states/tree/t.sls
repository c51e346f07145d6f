nop: {test.nop: [{anything: goes}]}
swc: {test.succeed_with_changes: []}
swoc: {test.succeed_without_changes: []}
fwc: {test.fail_with_changes: []}
fwoc: {test.fail_without_changes: []}
conf: {test.configurable_test_state: [{changes: True}, {result: True}, {comment: said}]}
conf-warn: {test.configurable_test_state: [{changes: False}, {result: True}, {comment: c}, {warnings: [one, two]}]}
conf-bad: {test.configurable_test_state: [{changes: False}, {result: False}]}
