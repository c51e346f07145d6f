{% for name in ['web', 'db', 'web'] %}
{{ name }}:
  test.nop: []
{% endfor %}
