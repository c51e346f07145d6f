h: {{ who|default('none') }}
