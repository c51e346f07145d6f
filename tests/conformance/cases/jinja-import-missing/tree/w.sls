{% from 'lib.jinja' import nope %}
a:
  test.nop: []
