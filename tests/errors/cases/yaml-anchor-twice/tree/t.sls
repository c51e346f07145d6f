a: &x
  test.nop: []
b: &x
  test.nop: []
