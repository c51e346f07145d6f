a:
  test.nop:
    - v: !!map x
