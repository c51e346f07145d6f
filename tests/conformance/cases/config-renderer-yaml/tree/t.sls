'{{ 1 + 1 }}':
  test.nop:
    - text: '{% if %}'
