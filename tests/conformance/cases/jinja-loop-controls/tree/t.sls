{% for n in range(10) %}
{% if n == 2 %}{% continue %}{% endif %}
{% if n == 5 %}{% break %}{% endif %}
n{{ n }}:
  test.nop: []
{% endfor %}
