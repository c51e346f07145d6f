a:
  test.nop:
    - text: x
    - stray
