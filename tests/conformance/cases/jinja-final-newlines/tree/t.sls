{% include 'tail.jinja' %}
b:
  test.nop: []
