loud: {test.succeed_with_changes: []}
changes-itself: {test.succeed_with_changes: [{watch: [{test: loud}]}]}
fails-itself: {test.fail_without_changes: [{watch: [{test: loud}]}]}
fails-with-changes: {test.fail_with_changes: [{watch: [{test: loud}]}]}
waits: {cmd.wait: [{name: echo fired}, {watch: [{test: loud}]}]}
waits-in-vain: {cmd.wait: [{name: echo fired}, {require: [{test: loud}]}]}
