a:
  test.nop:
    - v: !!pairs [{a: 1, b: 2}]
