{% set colour = 'red' %}
a:
  test.nop:
{% for item in ['x', 'y'] %}
{% include 'part.sls' %}
{% endfor %}
{% macro m(item) %}{% include 'part.sls' %}{% endmacro %}
{{ m('z') }}
