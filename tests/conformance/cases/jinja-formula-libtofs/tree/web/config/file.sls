{%- from 'web/libtofs.jinja' import files_switch with context %}
conf:
  test.nop:
    - source: {{ files_switch(['/etc/web.conf', 'b.conf'], lookup='conf') }}
