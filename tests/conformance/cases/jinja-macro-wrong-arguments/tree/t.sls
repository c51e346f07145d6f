{% macro m(a) %}{% endmacro %}{{ m(1, 2) }}
