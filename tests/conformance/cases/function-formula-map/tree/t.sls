{% set defaults = salt['slsutil.renderer']('salt://web/defaults.yaml', default_renderer='yaml') %}
{% set os = salt['grains.filter_by']({'Debian': {'service': 'apache2', 'config': {'user': 'www-data'}}, 'RedHat': {'service': 'httpd'}}, merge=salt['pillar.get']('web:lookup')) %}
{% set m = salt['slsutil.merge'](defaults, os, merge_lists=true) %}
{% do salt['defaults.merge'](m, salt['pillar.get']('web:settings', {})) %}
a01: {{ (m)|json }}
a02: {{ (m.service)|json }}
a03: {{ (m.config.port)|json }}
