{% set roles = salt['pillar.get']('roles', []) %}
include:
{% for r in roles %}
  - role.{{ r }}
{% else %}
  []
{% endfor %}
{% if 'web' in roles and not pillar.get('disabled', {}).get('web', false) %}
extend:
  web-conf:
    test:
      - watch_in: [{test: web-service}]
      - context: {port: {{ pillar.web.port }}}
  web-service:
    test.succeed_with_changes:
      - enable: {{ pillar.web.enable|default(true) }}
      - require: [{test: web-conf}]
{% endif %}
exclude:
  - id: not-wanted
  - sls: role.legacy
