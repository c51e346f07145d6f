a:
  test.nop:
    - &k v: 1
    - w: {*k : 2}
