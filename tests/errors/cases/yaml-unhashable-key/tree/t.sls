a:
  test.nop:
    - ? [1, 2]
      : x
