a:
  test.nop:
    - text: "never closed
