{% fro x in [1] %}
{% endfor %}
a:
  test.nop: []
