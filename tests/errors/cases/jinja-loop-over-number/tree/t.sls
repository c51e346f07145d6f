{% for x in 5 %}
{% endfor %}
a:
  test.nop: []
