e: {{ who|default('none') }}
