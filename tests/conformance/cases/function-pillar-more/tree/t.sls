a01: {{ (salt['pillar.item']('role', 'nope', 'users:ops:uid'))|json }}
a02: {{ (salt['pillar.item']('nope', default='d'))|json }}
a03: {{ (salt['pillar.item']('users/ops/uid', delimiter='/'))|json }}
a04: {{ (salt['pillar.keys']('users'))|json }}
a05: {{ (salt['pillar.ls']()|sort)|json }}
a06: {{ (salt['pillar.raw']('role'))|json }}
a07: {{ (salt['pillar.raw']('nope'))|json }}
a08: {{ (salt['pillar.fetch']('users:app'))|json }}
a09: {{ (salt['pillar.filter_by']({'proxy': {'a': 1}, 'default': {'a': 0}}, 'role'))|json }}
a10: {{ (salt['pillar.filter_by']({'x': {'a': 1}, 'default': {'a': 0}}, 'role'))|json }}
a11: {{ (salt['pillar.filter_by']({'x': {'a': 1}}, 'role', default='x'))|json }}
a12: {{ (salt['pillar.filter_by']({'x': {'a': 1}, 'b': {'z': 1}}, 'nope', default='x', base='b', merge={'m': 1}))|json }}
