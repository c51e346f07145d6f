a: test.nop
b:
  test.succeed_without_changes: []
