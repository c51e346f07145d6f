a:
  test.nop:
    - v: !e!x 1
