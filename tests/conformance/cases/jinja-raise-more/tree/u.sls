{% macro need(x) %}{{ raise('no ' ~ x) }}{% endmacro %}
{{ need('key') }}
