a:
  test.nop:
    - v: {yes: a, on: b}
