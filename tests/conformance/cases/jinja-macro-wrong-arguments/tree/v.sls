{% macro m(a) %}{{ a }}{% endmacro %}{{ m() }}
