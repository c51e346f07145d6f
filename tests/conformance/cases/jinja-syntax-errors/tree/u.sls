{% endfor %}
