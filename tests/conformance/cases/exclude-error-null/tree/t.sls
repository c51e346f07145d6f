exclude:
x:
  test.nop
