{% set users = {'zoe': {'uid': 2000}, 'adam': {'uid': 1500}} %}
{% for name, user in users.items() %}
{{ name }}:
  test.nop:
    - uid: {{ user.uid }}
    - alt: {{ user['uid'] + 1 }}
{% endfor %}
{% for name in users %}
key-{{ name }}:
  test.nop: []
{% endfor %}
{% for name, user in users|dictsort %}
sorted-{{ name }}:
  test.nop: []
{% endfor %}
{% for name in users.keys()|sort %}
k-{{ name }}:
  test.nop: []
{% endfor %}
