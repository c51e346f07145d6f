{% set l = [] %}
{% do l.apend(1) %}
a:
  test.nop: []
