a:
  test.nop:
    - v: !!pairs [a]
