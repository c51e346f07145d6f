80:
  test.nop: []
