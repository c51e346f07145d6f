ok: {test.succeed_without_changes: []}
changed: {test.succeed_with_changes: []}
bad: {test.fail_with_changes: []}
w-ok: {test.nop: [{watch: [{test: ok}]}]}
w-changed: {test.succeed_without_changes: [{watch: [{test: changed}]}]}
w-self-changes: {test.succeed_with_changes: [{watch: [{test: changed}]}]}
w-bad: {test.nop: [{watch: [{test: bad}]}]}
