{% set colour = 'red' %}
{% from 'm.jinja' import paint with context %}
{% import 'm.jinja' as plain %}
a:
  test.nop:
    - with: {{ paint() }}
    - without: {{ plain.paint() }}
    - id: {{ plain.identity() }}
