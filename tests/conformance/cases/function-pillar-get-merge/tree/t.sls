a01: {{ (salt['pillar.get']('users', {'adm': {'uid': 1}, 'ops': {'gid': 2, 'keys': ['c']}}, merge=true))|json }}
a02: {{ (salt['pillar.get']('ports', [22, 80], merge=true))|json }}
a03: {{ (salt['pillar.get']('deep', {'l': [1, 2], 'm': {'k': [1]}}, merge=true))|json }}
a04: {{ (salt['pillar.get']('deep', {'l': [1, 2], 'm': {'k': [1]}}, merge=true, merge_nested_lists=false))|json }}
a05: {{ (salt['pillar.get']('nope', {'a': 1}, merge=true))|json }}
a06: {{ (salt['pillar.get']('role', {'a': 1}, merge=true))|json }}
a07: {{ (salt['pillar.get']('users', [1], merge=true))|json }}
a08: {{ (salt['pillar.get']('empty', {'a': 1}, merge=true))|json }}
