{% import 'm.jinja' %}
x:
  test.nop
