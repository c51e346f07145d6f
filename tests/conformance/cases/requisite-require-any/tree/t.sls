ok: {test.succeed_with_changes: []}
bad: {test.fail_without_changes: []}
worse: {test.fail_with_changes: []}
skipped:
  test.nop:
    - onchanges: [{test: quiet}]
quiet: {test.nop: []}
one-is-enough: {test.nop: [{require_any: [{test: bad}, {test: ok}]}]}
none-is-good: {test.nop: [{require_any: [{test: bad}]}, {require: [{test: ok}]}]}
a-skipped-one-proves-nothing: {test.nop: [{require_any: [{test: bad}, {test: skipped}]}]}
