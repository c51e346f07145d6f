a:
  test.nop:
    - v: =
