a:
  test.nop:
    - v: [{.nan: a, .nan: b}]
