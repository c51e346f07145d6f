{% load_json as x %}{a}{% endload %}
