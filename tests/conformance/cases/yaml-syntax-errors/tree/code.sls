a:
  test.nop:
    - v: "\ud800"
