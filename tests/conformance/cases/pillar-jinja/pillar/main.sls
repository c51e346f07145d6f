{% from 'map.jinja' import ports %}
{% set unset = pillar.get('ports', 'unset') %}
ports: {{ ports }}
before: {{ unset }}
via_get: {{ salt['pillar.get']('ports', 'unset') }}
id: {{ grains['id'] }}
env: {{ saltenv }}
{% for n in range(2) %}
n{{ n }}: {{ n }}
{% endfor %}
