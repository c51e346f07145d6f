{% macro m(a) %}{% endmacro %}{{ m(z=1) }}
