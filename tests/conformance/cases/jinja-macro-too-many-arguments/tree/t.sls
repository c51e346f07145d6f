{% macro m(a) %}{{ kwargs }}{% endmacro %}
a:
  test.nop:
    - text: {{ m(1, 2) }}
