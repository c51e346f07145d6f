{% for a, b in ('x', 1), ('y', 2) %}
{{ a }}:
  test.nop:
    - b: {{ b }}
{% endfor %}
{% for word in 'one', 'two' %}
{{ word }}:
  test.nop: []
{% endfor %}
{% set pair = 'p', 'q' %}
pair:
  test.nop:
    - text: {{ pair[0] }}{{ pair[1] }}
