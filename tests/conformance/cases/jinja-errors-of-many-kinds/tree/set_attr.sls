{% set grains.a = 1 %}
x:
  test.nop
