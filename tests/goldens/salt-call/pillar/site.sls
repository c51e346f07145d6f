{% if grains['id'] == 'bad-pillar' %}
a: {{ nope }}
{% endif %}
site: one
