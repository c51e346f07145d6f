a01: {{ (salt['match.filter_by']({'fp-*': {'a': 1}, 'G@os:Debian': {'b': 2}}))|json }}
a02: {{ (salt['match.filter_by']({'x': 1}))|json }}
a03: {{ (salt['match.filter_by']({'x': 1, 'default': 2}))|json }}
a04: {{ (salt['match.filter_by']({'x': 1}, default='x'))|json }}
a05: {{ (salt['match.filter_by']({'fp-1': {'a': {'x': 1}}}, merge={'a': {'y': 2}}))|json }}
a06: {{ (salt['match.filter_by']({'fp-1': {'l': [1]}}, merge={'l': [2]}, merge_lists=true))|json }}
a07: {{ (salt['match.filter_by']({'fp-1': {'l': [1]}}, merge={'l': [2]}))|json }}
a08: {{ (salt['match.filter_by']({'fp-1': 1, 'fp-*': 2}, tgt_type='glob'))|json }}
a09: {{ (salt['match.filter_by']({'cm-*': 1, 'default': 2}, minion_id='cm-3'))|json }}
a10: {{ (salt['match.search_by']({'a': ['fp-*'], 'b': ['x', 'G@os:Debian'], 'c': ['y']}))|json }}
a11: {{ (salt['match.search_by']({'a': ['y']}))|json }}
