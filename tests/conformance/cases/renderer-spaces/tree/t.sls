#! jinja | yaml 
a:
  test.nop:
    - text: {{ 1 + 1 }}
