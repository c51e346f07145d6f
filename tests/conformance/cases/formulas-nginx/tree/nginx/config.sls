{%- set tplroot = tpldir.split('/')[0] %}
{%- from tplroot ~ '/map.jinja' import nginx, sls_block with context %}
include:
  - .package
{% if nginx.server.config.get('source_path') %}
{% set source_path = nginx.server.config.source_path %}
{% else %}
{% set source_path = 'salt://' ~ tplroot ~ '/files/nginx.conf' %}
{% endif %}
nginx_log_dir:
  file.directory:
    - name: /var/log/nginx
    - user: {{ nginx.server.config.user }}
    - group: {{ nginx.server.config.user }}
nginx_config:
  file.managed:
    {{ sls_block(nginx.server.opts) }}
    - name: @DIR@/nginx.conf
    - source: {{ source_path }}
    - template: jinja
    - context:
        config: {{ nginx.server.config|json(sort_keys=False) }}
    - require:
      - pkg: nginx_install
