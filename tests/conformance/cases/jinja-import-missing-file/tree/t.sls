{% from 'no/such.jinja' import x %}
a:
  test.nop: []
