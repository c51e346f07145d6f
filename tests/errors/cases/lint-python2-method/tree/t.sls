{% for k, v in {'a': 1}.iteritems() %}
{{ k }}:
  test.nop: []
{% endfor %}
