# the other
web:
  test.nop: []
