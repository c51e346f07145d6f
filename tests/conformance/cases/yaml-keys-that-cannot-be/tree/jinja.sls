#!yaml
a:
  test.nop:
    - v: {{ name }}
