#!jinja -s|yaml --nope
x:
  test.nop
