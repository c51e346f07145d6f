a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {% set x = 1 %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }} {% macro d(a=x) %}{{ a }}{% endmacro %}{% set x = 3 %}{{ d() }}
        {% macro s() %}{% set x = 9 %}{{ x }}{% endmacro %}{{ s() }}{{ x }} {% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}{{ x }}
