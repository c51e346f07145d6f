{% from 'nginx/map.jinja' import nginx with context %}
{% set service_function = {True:'running', False:'dead'}.get(nginx.service_opts.enable) %}
include:
  - .config
{% if nginx.service_opts.enable %}
nginx_service:
  service.{{ service_function }}:
    - name: {{ nginx.pid_file.split('/')[-1].split('.')[0] }}
    - enable: {{ nginx.service_opts.enable }}
    - require:
      - sls: nginx.config
    - watch:
      - file: nginx_config
    - listen:
      - pkg: nginx_install
{% endif %}
