{% if pillar.get('must') is none %}
{{ raise('must is not set') }}
{% endif %}
