{% extends 'nope.jinja' %}
x:
  test.nop
