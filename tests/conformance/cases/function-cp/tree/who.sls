me: {{ who|default("nobody") }}
