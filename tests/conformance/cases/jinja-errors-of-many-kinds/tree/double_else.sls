{% if true %}{% else %}{% else %}{% endif %}
x:
  test.nop
