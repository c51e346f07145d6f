{% if x is defnied %}
{% endif %}
a:
  test.nop: []
