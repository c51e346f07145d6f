a:
  test.nop:
    - v: !!pairs {a: 1}
