{% set title = 'Note: read this' %}
web:
  test.nop:
    - name: {{ title }}
