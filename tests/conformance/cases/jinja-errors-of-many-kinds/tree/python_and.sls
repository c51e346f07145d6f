{% if true && false %}{% endif %}
x:
  test.nop
