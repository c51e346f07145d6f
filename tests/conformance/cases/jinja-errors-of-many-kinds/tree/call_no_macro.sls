{% call %}{% endcall %}
x:
  test.nop
