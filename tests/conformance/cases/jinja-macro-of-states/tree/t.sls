{%- macro service(name, port, enabled=true) %}
{{ name }}-running:
  test.nop:
    - port: {{ port }}
    - enabled: {{ enabled }}
    - extra: {{ kwargs|dictsort }}
{%- if caller is defined %}
{{ caller()|indent(4, true) }}
{%- endif %}
{% endmacro %}
{{ service('a', 80) }}
{{ service('b', 81, enabled=false, zone='x', after='a') }}
{% call service('c', 82) %}- more: 1
- again: 2{% endcall %}
