a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {% for i in [1, 2] %}{% break %}{% else %}else{% endfor %} {% for i in [1, 2] %}{{ i }}{% if i == 1 %}{% continue %}{% endif %}{% else %}else{% endfor %}
        {% for i in [] %}{% else %}empty{% endfor %} {% for i in [1, 2] if i > 5 %}{% else %}filtered{% endfor %}
