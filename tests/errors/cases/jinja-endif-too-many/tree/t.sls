a:
  test.nop: []
{% endif %}
