a01: {{ ({'b': 1, 'a': [1, none]}|python)|json }}
a02: {{ ({'key': ['a' * 40, 'b' * 50, {'z': 1, 'y': (1,)}]}|python)|json }}
a03: {{ (('word ' * 30)|python)|json }}
a04: {{ (['word ' * 30, 'x']|python)|json }}
