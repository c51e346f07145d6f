a:
  test.nop:
    - a: [::1]
