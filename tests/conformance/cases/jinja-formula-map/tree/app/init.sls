{%- from 'app/map.jinja' import app with context %}
include:
  - .config

app-pkg:
  test.nop:
    - name: {{ app.pkg }}
    - ports: {{ app.ports|json }}
