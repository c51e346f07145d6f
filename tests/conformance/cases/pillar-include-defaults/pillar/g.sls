g: {{ who|default('none') }}
