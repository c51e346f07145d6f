a:
  test.nop:
    - v: {1: a, true: b}
