#!|yaml
x:
  test.nop
