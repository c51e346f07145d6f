a:
  test.nop:
    - v: &x 1
    - w: &x 2
