web-config:
  test.nop: []
