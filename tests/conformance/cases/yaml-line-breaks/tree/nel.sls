a:
  test.nop:
    - v: one        two
