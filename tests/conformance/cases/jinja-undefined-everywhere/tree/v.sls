{% if nope == 1 %}{% endif %}
