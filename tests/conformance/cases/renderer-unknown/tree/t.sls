#!nosuch
a:
  test.nop: []
