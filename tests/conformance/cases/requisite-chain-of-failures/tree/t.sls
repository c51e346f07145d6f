bad: {test.fail_without_changes: []}
first: {test.nop: [{require: [{test: bad}]}]}
second: {test.succeed_with_changes: [{watch: [{test: first}]}]}
rescue: {test.nop: [{onfail: [{test: second}]}]}
after-rescue: {test.nop: [{require: [{test: rescue}]}]}
last: {test.nop: [{onchanges: [{test: second}]}]}
