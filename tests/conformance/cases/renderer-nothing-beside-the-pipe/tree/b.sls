#!jinja|
x:
  test.nop
