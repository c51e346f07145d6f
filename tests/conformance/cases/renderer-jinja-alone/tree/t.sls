#!jinja
x:
  test.nop
