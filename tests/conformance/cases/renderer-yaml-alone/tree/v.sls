#!jinja -s | yaml
a:
  test.nop:
    - x: {{ 1 }}
