{% set hosts = ['a', 'b'] %}
a:
  test.nop:
    - name: {{ hosts[2] }}
