__hidden:
  test.nop: []
a:
  test.nop: []
