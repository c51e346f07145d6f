{% if grains['os'] == 'Debian' %}{{ raise('only for others') }}{% endif %}
a:
  test.nop: []
