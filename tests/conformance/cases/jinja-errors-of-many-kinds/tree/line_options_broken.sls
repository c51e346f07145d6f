#jinja2: {"trim_blocks": 
x:
  test.nop
