#!jinja
a:
  test.nop: []
