{% if true %}{% elseif false %}{% endif %}
x:
  test.nop
