% set x = 1
a<< x >>: test.nop ## gone
    {% if x %}
b:
  test.nop:
    - text: |
        {% if true %}
        kept
        {% endif %}
    {% endif %}
