a:
  test.nop:
    - version: 1.10
