a:
  test.nop:
    - v: "[0m"
