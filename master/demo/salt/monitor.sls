{% set root = pillar['root'] %}
{% set watched = salt['pillar.get']('watched', []) %}

{{ root }}/etc/watched:
  file.managed:
    - makedirs: True
    - contents:
{%- for host in watched %}
      - {{ host }}
{%- endfor %}

monitor-data:
  file.directory:
    - name: {{ root }}/data
    - mode: '750'
    - require:
      - file: {{ root }}/etc/watched
