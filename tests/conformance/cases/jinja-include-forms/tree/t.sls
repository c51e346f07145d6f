{% set v = 5 %}a:
  test.nop:
{% include 'part.jinja' %}
{% include 'nosuch.jinja' ignore missing %}
{% include ['nosuch.jinja', 'part2.jinja'] %}
{% include 'part3.jinja' without context %}
