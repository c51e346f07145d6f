a:
  test.nop:
    - v: !!int x
