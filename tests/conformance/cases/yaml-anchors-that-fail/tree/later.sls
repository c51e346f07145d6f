a:
  test.nop:
    - v: *x
    - w: &x 1
