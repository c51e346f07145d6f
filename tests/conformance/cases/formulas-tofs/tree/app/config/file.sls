{%- set tplroot = tpldir.split('/')[0] %}
{%- set sls_package_install = tplroot ~ '.package.install' %}
{%- from tplroot ~ "/libtofs.jinja" import files_switch with context %}
include:
  - {{ sls_package_install }}
app-config-file-file-managed:
  file.managed:
    - name: @DIR@/conf
    - source: {{ files_switch(['example.tmpl', 'example.tmpl.jinja'],
                              lookup='app-config-file',
                              use_subpath=True
                 )
              }}
    - mode: 644
    - user: root
    - group: root
    - makedirs: True
    - template: jinja
    - require:
      - sls: {{ sls_package_install }}
    - context:
        app: {{ {'x': 1, 'y': [1, 'two', None, True]} | json }}
