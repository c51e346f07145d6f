{% set common = [('a', 1), ('b', 2)] %}
{% set more = [('c', 3)] %}
{% for name, n in common + more + [('d', 4)] %}
{{ name }}:
  test.nop:
    - n: {{ n }}
{% endfor %}
{% for name in ('x',) + ('y',) %}
{{ name }}:
  test.nop: []
{% endfor %}
