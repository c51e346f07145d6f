{% extends 'base.jinja' %}
{% block body %}
a:
  test.nop:
    - name: {{ nope }}
{% endblock %}
