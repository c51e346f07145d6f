a:
  test.nop:
    - v: 0x_
