#!yaml
a:
  test.nop:
    - x: '{{ not jinja }}'
