{% do %}
x:
  test.nop
