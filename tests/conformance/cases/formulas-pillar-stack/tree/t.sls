t:
  test.nop:
    - merged: {{ pillar.get('stack')|json }}
    - flat: {{ salt['pillar.get']('stack:web:ports')|join(',') }}
    - deep: {{ salt['pillar.get']('stack:web:tls:certs:0:name', 'none') }}
    - traverse: {{ pillar|traverse('stack:web:tls:certs:1:name', 'default') }}
    - keys: {{ salt['pillar.keys']('stack') }}
    - ls: {{ salt['pillar.item']('stack:order', 'nope')|json }}
    - m: {{ salt['pillar.get']('stack:web', {'extra': 1, 'ports': [9]}, merge=True)|json }}
    - ml: {{ salt['pillar.get']('stack:web', {'extra': 1, 'ports': [9]}, merge=True, merge_nested_lists=False)|json }}
