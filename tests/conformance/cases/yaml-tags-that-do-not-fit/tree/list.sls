a:
  test.nop:
    - v: !!seq {a: 1}
