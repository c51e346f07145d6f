a:
  test.nop:
    - a: {b: 1]
