a: &x
  test.nop:
    - a: *x
