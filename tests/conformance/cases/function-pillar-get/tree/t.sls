a01: {{ (salt['pillar.get']('users:ops:uid'))|json }}
a02: {{ (salt['pillar.get']('nope'))|json }}
a03: {{ (salt['pillar.get']('nope', none))|json }}
a04: {{ (salt['pillar.get']('nope:x', 'd'))|json }}
a05: {{ (salt['pillar.get']('ports:1'))|json }}
a06: {{ (salt['pillar.get']('ports:7', 'd'))|json }}
a07: {{ (salt['pillar.get']('users|ops|keys', delimiter='|'))|json }}
a08: {{ (salt['pillar.get']('nothing', 'd'))|json }}
a09: {{ (salt['pillar.get']('flag', true))|json }}
a10: {{ (salt['pillar.get']('empty', {'a': 1}))|json }}
a11: {{ (salt['pillar.get']('role:x', 'd'))|json }}
a12: {{ (salt['pillar.get']('users:ops:keys:0'))|json }}
