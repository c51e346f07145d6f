a:
  test.succeed_with_changes: []
test-{{ opts['test'] }}: test.nop
