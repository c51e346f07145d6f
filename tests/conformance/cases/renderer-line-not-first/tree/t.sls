
#!yaml
a:
  test.nop:
    - x: {{ 1 + 1 }}
