#!yaml_jinja
a:
  test.nop:
    - x: {{ 4 }}
