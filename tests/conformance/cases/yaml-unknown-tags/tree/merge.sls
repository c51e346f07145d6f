a:
  test.nop:
    - v: <<
