a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {% for i in [1, 2, 4] %}{{ loop.previtem|default('-') }}<{{ i }}>{{ loop.nextitem|default('-') }} {% endfor %}{% for i in 'aab' %}{{ loop.changed(i) }}{% endfor %}
