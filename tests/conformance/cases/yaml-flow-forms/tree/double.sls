a:
  test.nop:
    - a: [b,, c]
