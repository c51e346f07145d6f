# a comment first
#!yaml
a:
  test.nop:
    - text: {{ 1 + 1 }}
