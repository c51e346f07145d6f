changed: {test.succeed_with_changes: []}
quiet: {test.nop: []}
fires: {cmd.wait: [{name: echo fired}, {watch: [{test: changed}]}]}
sleeps: {cmd.wait: [{name: echo no}, {watch: [{test: quiet}]}]}
required: {cmd.wait: [{name: echo no}, {require: [{test: changed}]}]}
run-with-watch: {cmd.run: [{name: echo once}, {watch: [{test: changed}]}]}
