#jinja2: nonsense
a:
  test.nop:
    - x: {{ 1 }}
