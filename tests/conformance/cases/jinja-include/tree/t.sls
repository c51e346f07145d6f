{% set who = 'includer' %}
{% include 'part.jinja' %}
{% include 'absent.jinja' ignore missing %}
b:
  test.nop: []
