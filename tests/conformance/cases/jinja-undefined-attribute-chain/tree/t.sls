{% set d = {'a': {}} %}
a:
  test.nop:
    - bad: {{ d.a.b.c }}
