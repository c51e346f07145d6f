{%- set tplroot = tpldir.split('/')[0] %}
{%- from tplroot ~ '/libmap.jinja' import pick with context %}
{{ tplroot }}-installed:
  test.nop:
    - version: '{{ pick('version', '1.0') }}'
    - path: {{ slsdotpath }} {{ tplfile }}
