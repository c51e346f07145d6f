a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {% for n in [{'n': 'a', 'c': [{'n': 'b', 'c': [{'n': 'c', 'c': []}]}]}, {'n': 'd', 'c': []}] recursive %}{{ n.n }}{{ loop.depth }}[{{ loop(n.c) }}]{% endfor %}
