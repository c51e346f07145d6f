{%- from "web/map.jinja" import web with context %}
web-package:
  test.nop:
    - name: {{ web.pkg.name }}
