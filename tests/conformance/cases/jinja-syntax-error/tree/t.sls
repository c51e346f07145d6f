a:
  test.nop:
    - text: {% if %}
