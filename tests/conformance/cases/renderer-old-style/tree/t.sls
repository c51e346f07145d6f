#!yaml_jinja
a:
  test.nop:
    - text: {{ 1 + 1 }}
