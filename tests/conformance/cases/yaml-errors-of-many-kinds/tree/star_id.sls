*x:
  test.nop
