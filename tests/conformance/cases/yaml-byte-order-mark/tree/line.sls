#!yaml
a:
  test.nop:
    - v: '{{ 1 }}'
