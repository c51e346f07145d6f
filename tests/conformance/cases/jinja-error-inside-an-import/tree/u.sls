
{% import 'bad.jinja' as b %}
