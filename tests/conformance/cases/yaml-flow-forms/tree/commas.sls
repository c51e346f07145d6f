a:
  test.nop:
    - a: [b, ]
    - c: {d: 1, }
