ok: {test.succeed_with_changes: []}
quiet: {test.succeed_without_changes: []}
bad: {test.fail_without_changes: []}
r-any: {test.nop: [{require_any: [{test: bad}, {test: ok}]}]}
r-any-bad: {test.nop: [{require_any: [{test: bad}]}]}
w-any: {test.succeed_without_changes: [{watch_any: [{test: bad}, {test: ok}]}]}
o-any: {test.nop: [{onchanges_any: [{test: quiet}, {test: ok}]}]}
o-any-none: {test.nop: [{onchanges_any: [{test: quiet}]}]}
