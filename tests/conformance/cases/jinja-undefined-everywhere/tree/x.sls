{% for i in nope %}{% endfor %}
