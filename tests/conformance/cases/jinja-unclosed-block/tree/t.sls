{% if True %}
a:
  test.nop: []
