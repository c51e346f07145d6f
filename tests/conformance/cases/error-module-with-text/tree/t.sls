a:
  test: nop
