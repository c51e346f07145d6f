{%- set tplroot = tpldir.split('/')[0] %}
{%- from tplroot ~ '/map.jinja' import nginx with context %}
nginx_install:
  pkg.installed:
    - name: {{ nginx.package }}
    {%- if grains.os_family == 'Debian' %}
    - install_recommends: false
    {%- endif %}
