a:
  test.nop:
    - v: !!set {<<: {a: 1}, a, b, b}
