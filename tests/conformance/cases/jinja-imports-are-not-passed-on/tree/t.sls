{% import 'b.jinja' as b %}a:
  test.nop:
    - own: {{ b.own }}
    - passed: {{ b.v is defined }}
    - data: {{ b.d.k }}
