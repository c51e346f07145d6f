{% set d = {'a': 1} %}{% do salt['defaults.merge'](d, {'b': 2}) %}{% set e = {'a': 1} %}{% do salt['defaults.merge'](e, {'b': 2}, in_place=false) %}
a01: {{ (salt['defaults.merge']({'a': {'x': 1}}, {'a': {'y': 2}}))|json }}
a02: {{ (salt['defaults.merge']({'a': [1]}, {'a': [2]}, merge_lists=true))|json }}
a03: {{ (d)|json }}
a04: {{ (e)|json }}
a05: {{ (salt['defaults.merge']({'a': 1}, none))|json }}
a06: {{ (salt['defaults.get']('core:users:root'))|json }}
a07: {{ (salt['defaults.get']('core:nope', 'd'))|json }}
a08: {{ (salt['defaults.get']('core'))|json }}
a09: {{ (salt['defaults.get']('web:port'))|json }}
a10: {{ (salt['defaults.deepcopy']({'a': [1]}))|json }}
a11: {{ (salt['defaults.update']({'k': {'a': {'y': 1}}, 'l': {}}, {'a': {'x': 1}, 'b': [1]}))|json }}
