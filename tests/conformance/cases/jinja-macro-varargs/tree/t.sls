{% macro m(first) %}"{{ first }} {{ varargs }} {{ kwargs }}"{% endmacro %}
a:
  test.nop:
    - text: {{ m(1, 2, 3, x='y') }}
