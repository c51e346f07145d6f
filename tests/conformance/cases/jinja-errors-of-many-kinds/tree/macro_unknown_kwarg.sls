{% macro m(a) %}{% endmacro %}
x:
  test.nop:
    - name: {{ m(1, b=2) }}
