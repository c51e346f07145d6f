{%- from "apache/map.jinja" import apache with context %}
include:
  - apache.vhosts.standard
apache:
  test.nop:
    - name: {{ apache.server }}
    - order: 1
  file.managed:
    - name: @DIR@/apache.conf
    - contents: {{ apache|json(sort_keys=True) }}
    - listen_in:
      - test: apache-restart
apache-restart:
  test.succeed_with_changes:
    - name: apachectl graceful
    - onchanges_any:
      - file: '@DIR@/vhost-*'
