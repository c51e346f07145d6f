{% if true %}
{% for x in [1] %}
a:
  test.nop: []
{% endif %}
{% endfor %}
