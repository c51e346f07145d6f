a:
  test.nop:
    - v: !!float x
