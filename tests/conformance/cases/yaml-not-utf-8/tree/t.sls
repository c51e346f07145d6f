a:
  test.nop:
    - v: café
