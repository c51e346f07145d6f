{% set data = {
  'a': 1,
  'b': grains.nothing.here,
} %}
a:
  test.nop: []
