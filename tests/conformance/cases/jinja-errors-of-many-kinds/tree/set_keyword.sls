{% set true = 1 %}
x:
  test.nop
