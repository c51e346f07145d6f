{% for key, value in {'abc': 1, 'def': 2} %}
a:
  test.nop: []
{% endfor %}
