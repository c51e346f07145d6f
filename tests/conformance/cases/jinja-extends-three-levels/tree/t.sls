{% extends 'mid.jinja' %}{% block args %}{{ super() }}    - top: {{ self.name() }}
{% endblock %}{% block name %}t{% endblock %}