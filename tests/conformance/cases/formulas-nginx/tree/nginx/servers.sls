{% from 'nginx/map.jinja' import nginx, sls_block with context %}
{% set server_states = [] %}
{%- macro server_status(server) -%}
  {{ nginx.servers.managed.get(server).enabled if nginx.servers is defined else salt['pillar.get']('nginx:servers:managed:' ~ server ~ ':enabled') }}
{%- endmacro %}
{%- macro server_curpath(server) -%}
  {{ salt['file.join'](nginx.server_available, server) if salt['file.join'] is defined else nginx.server_available ~ '/' ~ server }}
{%- endmacro %}
{% for server, settings in salt['pillar.get']('nginx:servers:managed', {}).items() %}
{% set conf_state_id = 'server_conf_' ~ loop.index0 %}
{% if settings.enabled == True %}
{{ conf_state_id }}:
  file.managed:
    - name: @DIR@/{{ server }}
    - source: salt://nginx/files/server.conf
    - template: jinja
    - makedirs: True
    - context:
        config: {{ settings.config|json() }}
    {% if 'overwrite' in settings and settings.overwrite == False %}
    - unless:
      - test -e {{ server_curpath(server) }}
    {% endif %}
    - require_in:
      - service: nginx_service
{% do server_states.append(conf_state_id) %}
{% set status_state_id = 'server_state_' ~ loop.index0 %}
{{ status_state_id }}:
{% if server_status(server).strip() == 'True' and nginx.server_use_symlink %}
  file.symlink:
    - name: @DIR@/enabled-{{ server }}
    - target: @DIR@/{{ server }}
    - require:
      - file: {{ conf_state_id }}
{% else %}
  file.absent:
    - name: @DIR@/enabled-{{ server }}
{% endif %}
{% endif %}
{% endfor %}
{% if server_states %}
all_servers:
  test.nop:
    - require:
    {% for s in server_states %}
      - file: {{ s }}
    {% endfor %}
{% endif %}
