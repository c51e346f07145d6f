{% import 'm.jinja' as m %}
a:
  test.nop: []
