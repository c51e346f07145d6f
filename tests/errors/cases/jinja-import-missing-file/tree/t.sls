{% from 'web/mpa.jinja' import web with context %}
a:
  test.nop: []
