{% if grains.id = 'fp-1' %}
a:
  test.nop: []
{% endif %}
