{% macro m(a) %}{{ m(a) }}{% endmacro %}
a:
  test.nop:
    - name: {{ m(1) }}
