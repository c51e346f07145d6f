a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {% macro m(a, b=2) %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1) }} {{ m(1, 3, 4, z=5) }} {{ m.name }} {{ m.arguments }} {{ m.catch_kwargs }} {{ m.catch_varargs }} {{ m.caller }}
        {% macro w(x) %}<{{ caller(x) }}>{% endmacro %}{% call(y) w(7) %}{{ y + 1 }}{% endcall %}
