x:
  <<:
  test.nop: []
