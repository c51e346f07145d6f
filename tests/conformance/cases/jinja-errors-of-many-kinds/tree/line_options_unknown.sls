#jinja2: {"nope": true}
x:
  test.nop
