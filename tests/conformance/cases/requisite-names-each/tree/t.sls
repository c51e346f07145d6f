many:
  test.succeed_with_changes:
    - names: [a, b, c]
by-id: {test.nop: [{watch: [{test: many}]}]}
by-one-name: {test.nop: [{watch: [{test: b}]}]}
waits-for-each:
  test.nop:
    - names:
      - x
      - y: [{require: [{test: failing}]}]
failing: {test.fail_without_changes: []}
