{% macro proxy(name, port=80, tags=[]) %}
{{ name }}:
  test.nop:
    - port: {{ port }}
    - tags: {{ tags }}
{{ caller() if caller is defined else '' }}
{% endmacro %}
{{ proxy('a') }}
{{ proxy('b', 8080, tags=['x', 'y']) }}
{{ proxy(port=1, name='c') }}
{% call proxy('d') %}    - called: yes{% endcall %}
