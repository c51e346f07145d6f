{% load_yaml as x %}
a: [1
{% endload %}
