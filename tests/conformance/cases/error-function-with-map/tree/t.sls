a:
  test.nop:
    comment: x
