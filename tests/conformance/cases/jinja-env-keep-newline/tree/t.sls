{% load_text as x %}
abc
{% endload %}a:
  test.nop:
    - x: {{ x|tojson }}
