{% import_yaml 'data.yaml' as data %}
{% import_json 'data.json' as numbers %}
{% import_text 'data.txt' as text %}
a:
  test.nop:
    - port: {{ data.server.port }}
    - names: {{ data.names }}
    - second: {{ numbers[1] }}
    - text: {{ text|trim }}
