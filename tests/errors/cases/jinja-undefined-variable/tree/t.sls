{% set interface = 'eth0' %}
a:
  test.nop:
    - name: {{ interfce }}
