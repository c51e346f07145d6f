
#jinja2: {"variable_start_string": "<<"}
a:
  test.nop:
    - x: {{ 1 }}
