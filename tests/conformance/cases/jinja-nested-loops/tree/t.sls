{% for env in ['dev', 'prod'] %}
{% set outer = loop %}
{% for port in range(8000, 8002) %}
{{ env }}-{{ port }}:
  test.nop:
    - outer: {{ outer.index }}
    - inner: {{ loop.index0 }}
{% endfor %}
{% endfor %}
