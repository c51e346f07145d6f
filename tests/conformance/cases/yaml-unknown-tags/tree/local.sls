a:
  test.nop:
    - v: !foo 1
