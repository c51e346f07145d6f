{% macro user(name, shell) %}
{{ name }}:
  test.nop:
    - name: {{ shell }}
{% endmacro %}
{{ user('root') }}
