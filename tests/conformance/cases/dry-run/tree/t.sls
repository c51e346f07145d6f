changes: {test.succeed_with_changes: []}
none: {test.succeed_without_changes: []}
bad: {test.fail_without_changes: []}
after-change: {test.succeed_without_changes: [{watch: [{test: changes}]}]}
after-bad: {test.nop: [{require: [{test: bad}]}]}
on-change: {test.nop: [{onchanges: [{test: changes}]}]}
command: {cmd.run: [{name: 'true'}]}
waits: {cmd.wait: [{name: 'true'}, {watch: [{test: changes}]}]}
before: {test.nop: [{prereq: [{test: changes}]}]}
