{% if grains['os'] != 'Plan 9' %}
{{ raise('only Plan 9 is supported') }}
{% endif %}
