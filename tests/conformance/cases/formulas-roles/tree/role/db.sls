db:
  test.nop:
    - order: first
