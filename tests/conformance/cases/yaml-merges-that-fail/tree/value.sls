a:
  test.nop:
    - v: [<<]
