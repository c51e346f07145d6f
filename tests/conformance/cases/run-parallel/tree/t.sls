a: {cmd.run: [{name: 'sleep 0.1; echo a'}, {parallel: True}]}
b: {cmd.run: [{name: 'echo b'}, {parallel: True}]}
c: {test.nop: [{require: [{cmd: a}]}]}
d: {test.nop: [{watch: [{cmd: b}]}]}
bad: {test.fail_without_changes: [{parallel: True}]}
needs-bad: {test.nop: [{require: [{test: bad}]}]}
stopped: {cmd.run: [{name: echo no}, {parallel: True}, {unless: 'true'}]}
