a01: {{ (salt['slsutil.serialize']('json', {'b': [1, none, true], 'a': 'é'}))|json }}
a02: {{ (salt['slsutil.serialize']('json', {'b': 1, 'a': [2]}, indent=2))|json }}
a03: {{ (salt['slsutil.serialize']('json', {'b': 1, 'a': 2}, sort_keys=true))|json }}
a04: {{ (salt['slsutil.serialize']('yaml', {'b': [1, none], 'a': 'x'}))|json }}
a05: {{ (salt['slsutil.serialize']('yaml', {'b': [1, {'c': 2}], 'a': 'x'}, default_flow_style=false))|json }}
a06: {{ (salt['slsutil.deserialize']('json', '{"a": [1, 2.5, null]}'))|json }}
a07: {{ (salt['slsutil.deserialize']('yaml', 'a: [1, yes]'))|json }}
a08: {{ (salt['slsutil.deserialize']('yaml', ''))|json }}
