ok: {test.succeed_without_changes: []}
changed: {test.succeed_with_changes: []}
bad: {test.fail_with_changes: []}
o-ok: {test.succeed_with_changes: [{onchanges: [{test: ok}]}]}
o-changed: {test.nop: [{onchanges: [{test: changed}]}]}
o-bad: {test.nop: [{onchanges: [{test: bad}]}]}
o-both: {test.nop: [{onchanges: [{test: ok}, {test: changed}]}]}
o-skipped: {test.nop: [{onchanges: [{test: o-ok}]}]}
r-skipped: {test.nop: [{require: [{test: o-ok}]}]}
w-skipped: {test.nop: [{watch: [{test: o-ok}]}]}
