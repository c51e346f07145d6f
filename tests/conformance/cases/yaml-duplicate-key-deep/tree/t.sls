a:
  test.nop:
    - data:
        key: 1
        key: 2
