{% load_yaml as data %}
a: 1

b:
  test.nop: []
