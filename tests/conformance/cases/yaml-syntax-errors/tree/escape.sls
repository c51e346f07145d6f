a:
  test.nop:
    - v: "\q"
