a:
  test.nop:
    - v: {? !!set {a} : 1}
