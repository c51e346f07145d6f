{% from 'map.jinja' import prot %}
a:
  test.nop:
    - name: {{ prot }}
