#!yaml|jinja
a:
  test.nop: []
