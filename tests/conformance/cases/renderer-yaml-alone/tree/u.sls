#! yaml
a:
  test.nop: []
