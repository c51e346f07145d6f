ok: {test.succeed_without_changes: []}
changed: {test.succeed_with_changes: []}
bad: {test.fail_without_changes: []}
after-ok: {test.nop: [{require: [{test: ok}]}]}
after-changed: {test.nop: [{require: [{test: changed}]}]}
after-bad: {test.nop: [{require: [{test: bad}]}]}
after-after-bad: {test.nop: [{require: [{test: after-bad}]}]}
after-two: {test.nop: [{require: [{test: ok}, {test: bad}]}]}
