first: {test.nop: [{require: [{test: bad}]}]}
second: {test.nop: []}
bad: {test.fail_without_changes: [{failhard: True}]}
