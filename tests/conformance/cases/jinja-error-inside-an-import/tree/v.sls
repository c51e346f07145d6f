{% include 'syntax.jinja' %}
