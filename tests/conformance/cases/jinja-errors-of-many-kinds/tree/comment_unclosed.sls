{# a
x:
  test.nop
