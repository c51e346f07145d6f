{%- from tpldir ~ '/map.jinja' import app with context %}
{%- for name, user in app.users|dictsort %}
app-user-{{ name }}:
  test.nop:
    - uid: {{ user.uid|default(1000 + loop.index) }}
    - require:
      - test: app-pkg
{%- endfor %}
