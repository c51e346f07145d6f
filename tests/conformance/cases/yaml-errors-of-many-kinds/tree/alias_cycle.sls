x: &x
  test.nop: *x
