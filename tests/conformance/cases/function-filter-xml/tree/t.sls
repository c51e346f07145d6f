a01: {{ ({'root': {'foo': true, 'bar': 42, 'baz': [1, 2, 3]}}|xml)|json }}
a02: {{ ({'root': {'a': {'b': 'c'}, 'e': '<&"'}}|xml)|json }}
a03: {{ ({'root': 'te"xt'}|xml)|json }}
a04: {{ ({'a': {'b': [{'c': 1}, {'c': 2}], 'd': {'e': {'f': 'g'}}}}|xml)|json }}
