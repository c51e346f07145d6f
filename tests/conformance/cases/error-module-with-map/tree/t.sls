a:
  test:
    nop: []
