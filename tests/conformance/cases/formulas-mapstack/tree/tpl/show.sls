{%- set tplroot = tpldir.split('/')[0] %}
{%- from tplroot ~ "/map.jinja" import mapdata with context %}
{%- do salt.log.debug('### MAP.JINJA DUMP ###\n' ~ mapdata|yaml(False)) %}
{%- set output_file = '@DIR@/salt_mapdata_dump.yaml' %}
{{ tplroot }}-mapdata-dump:
  file.managed:
    - name: {{ output_file }}
    - source: salt://{{ tplroot }}/_mapdata.jinja
    - template: jinja
    - context:
        map: {{ mapdata|yaml }}
{% for k, v in mapdata|dictsort %}
show-{{ k }}:
  test.nop:
    - v: {{ v|json }}
{% endfor %}
