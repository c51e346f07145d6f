{% import 'map.jinja' as map with context %}
a:
  test.nop: []
