a:
  test.nop:
    - at: 12:30
