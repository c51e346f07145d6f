a:
  test.nop:
    - v: !!str [a]
