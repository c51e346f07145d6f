a01: {{ (salt['grains.filter_by']({'base': {'a': 1, 'c': {'x': 1, 'l': [1]}}, 'Debian': {'b': 2, 'c': {'y': 2, 'l': [2]}}}, base='base'))|json }}
a02: {{ (salt['grains.filter_by']({'base': {'a': 1}}, base='base'))|json }}
a03: {{ (salt['grains.filter_by']({'Debian': {'b': 2}}, base='nope'))|json }}
a04: {{ (salt['grains.filter_by']({'Debian': {'a': 1, 'l': [1]}}, merge={'b': 2, 'l': [2]}))|json }}
a05: {{ (salt['grains.filter_by']({'RedHat': {}}, merge={'b': 2}))|json }}
a06: {{ (salt['grains.filter_by']({'Debian': {'a': 1}}, merge={}))|json }}
a07: {{ (salt['grains.filter_by']({'Debian': {'users': {'x': 1}}}, merge={'users': salt['pillar.get']('users')}))|json }}
a08: {{ (salt['grains.filter_by']({'base': {'a': {'k': 1}}, 'Debian': {'a': {'l': 2}}}, base='base', merge={'a': {'m': 3}}))|json }}
