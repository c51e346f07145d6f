{% if grains.id && grains.os %}
a:
  test.nop: []
{% endif %}
