{% load_yaml as n %}
a: b
x:
  test.nop
