a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {{ {'items': 1}['items'] }} {{ {'a': 1}.a }} {{ {'a': 1}['a'] }} {{ {'x': {'get': 2}}.x['get'] }}
        {{ {'keys': [3]}['keys'][0] }} {{ 'abc'['upper']() }} {{ {'n': {'values': 5}}['n']['values'] }}
