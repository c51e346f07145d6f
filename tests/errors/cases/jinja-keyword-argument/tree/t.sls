{% macro m(port) %}{{ port }}{% endmacro %}
a:
  test.nop:
    - name: {{ m(prot=80) }}
