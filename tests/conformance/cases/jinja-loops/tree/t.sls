{% for name, port in [('web', 80), ('ssl', 443)] %}
{{ name }}-{{ loop.index }}:
  test.nop:
    - port: {{ port }}
    - first: {{ loop.first }}
    - last: {{ loop.last }}
    - left: {{ loop.revindex }}
    - cycle: {{ loop.cycle('odd', 'even') }}
{% endfor %}
{% for x in [] %}
never:
  test.nop: []
{% else %}
empty:
  test.nop: []
{% endfor %}
