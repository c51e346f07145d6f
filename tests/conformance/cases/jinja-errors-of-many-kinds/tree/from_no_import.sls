{% from 'm.jinja' %}
x:
  test.nop
