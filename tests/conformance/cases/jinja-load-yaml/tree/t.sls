{% load_yaml as defaults %}
port: 80
names:
  - a
  - b
{% endload %}
{% load_json as j %}
{"k": [true, null, 1.5]}
{% endload %}
{% load_text as t %}
raw text
{% endload %}
a:
  test.nop:
    - port: {{ defaults.port }}
    - names: {{ defaults['names'] }}
    - j: {{ j.k }}
    - t: {{ t|trim }}
