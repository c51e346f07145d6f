# -*- coding: utf-8 -*-
# vim: ft=sls

{%- set tplroot = tpldir.split('/')[0] %}
{%- set sls_package = tplroot ~ '.package' %}
{%- from tplroot ~ "/map.jinja" import web with context %}
{%- from tplroot ~ "/libtofs.jinja" import files_switch with context %}

include:
  - {{ sls_package }}

{{ sls }}-file:
  test.configurable_test_state:
    - name: {{ web.config }}/{{ web.pkg.name }}
    - group: {{ web.rootgroup }}
    - source: {{ files_switch(['conf', 'b.conf'],
                              lookup='x'
                 )
              }}
    - context:
        web: {{ web | json }}
    - extra:
        {{ web.extra | default({}) | yaml(False) | indent(8) }}
    - changes: false
    - result: true
    - require:
      - sls: {{ sls_package }}
