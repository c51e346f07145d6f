{% macro m(x) %}
{{ x }}

a:
  test.nop: []
