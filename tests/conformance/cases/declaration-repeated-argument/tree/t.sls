a:
  test.nop:
    - text: one
    - text: two
