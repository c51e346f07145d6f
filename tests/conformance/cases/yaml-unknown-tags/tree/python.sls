a:
  test.nop:
    - v: !!python/tuple [1]
