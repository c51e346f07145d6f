{% extends 'b.jinja' %}{% block r %}    - r: 1
{% endblock %}