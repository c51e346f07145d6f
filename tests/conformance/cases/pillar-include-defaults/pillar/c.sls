c: {{ who|default('none') }}
