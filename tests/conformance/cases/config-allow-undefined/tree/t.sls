a{{ nope }}b: test.nop
{% if pillar.nope %}never: test.nop{% endif %}
{% for x in nothing %}c{{ x }}: test.nop
{% endfor %}
