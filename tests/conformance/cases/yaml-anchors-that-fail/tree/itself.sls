a:
  test.nop:
    - v: &x [*x]
