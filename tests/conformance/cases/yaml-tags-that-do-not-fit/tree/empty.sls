a:
  test.nop:
    - v: !!int ''
