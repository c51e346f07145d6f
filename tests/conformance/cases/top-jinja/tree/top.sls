base:
  '*':
{% for role in grains['roles'] %}
    - {{ role }}
{% endfor %}
{% if pillar.get('extra') %}
    - extra
{% endif %}
