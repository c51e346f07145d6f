include: {1: a}
x:
  test.nop
