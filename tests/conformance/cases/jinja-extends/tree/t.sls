{% extends 'base.jinja' %}
{% block body %}
b:
  test.nop: []
{{ super() }}
{% endblock %}
