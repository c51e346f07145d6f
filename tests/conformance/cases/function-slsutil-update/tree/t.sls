{% set d = {'a': {'x': 1}} %}{% do salt['slsutil.update'](d, {'a': {'y': 2}, 'b': 1}) %}{% set e = {'a': 1} %}{% set m = salt['slsutil.merge'](e, {'b': 2}) %}
a01: {{ (d)|json }}
a02: {{ (e)|json }}
a03: {{ (salt['slsutil.update']({'a': {'x': 1}}, {'a': {'y': 2}}, recursive_update=false))|json }}
a04: {{ (salt['slsutil.update']({'a': [1]}, {'a': [2, 1]}, merge_lists=true))|json }}
