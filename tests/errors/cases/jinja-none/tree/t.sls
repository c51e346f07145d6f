{% set data = none %}
a:
  test.nop:
    - name: {{ data.port }}
