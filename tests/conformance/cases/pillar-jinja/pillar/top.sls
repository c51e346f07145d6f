base:
  '*': [main]
{% if grains['os'] == 'Debian' %}
  'G@os:Debian': [debian]
{% endif %}
