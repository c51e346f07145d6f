a:
  test.nop:
    - only: !!set {a}
