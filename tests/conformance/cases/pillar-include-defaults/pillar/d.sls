include: [g]
d: {{ who|default('none') }}
