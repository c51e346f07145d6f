{% from 'a.jinja' import x %}
a:
  test.nop: []
