bad: {test.fail_without_changes: [{require_in: [{test: t}]}, {watch_in: [{test: u}]}]}
donor: {test.configurable_test_state: [{comment: of the donor}]}
t: {test.nop: []}
u: {test.nop: []}
v: {test.configurable_test_state: [{use: [{test: donor}]}]}
