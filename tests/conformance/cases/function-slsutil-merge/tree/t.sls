a01: {{ (salt['slsutil.merge']({'a': {'b': 1, 'l': [1]}, 'c': 2}, {'a': {'b': 3, 'l': [2]}}))|json }}
a02: {{ (salt['slsutil.merge']({'a': [1]}, {'a': [1, 2]}, merge_lists=true))|json }}
a03: {{ (salt['slsutil.merge']({'a': 1, 'b': 1}, {'a': 2}, strategy='list'))|json }}
a04: {{ (salt['slsutil.merge']({'a': {'x': 1}}, {'a': {'y': 2}}, strategy='overwrite'))|json }}
a05: {{ (salt['slsutil.merge']({'a': {'x': 1}}, {'a': {'y': 2}}, strategy='none'))|json }}
a06: {{ (salt['slsutil.merge']({'a': {'x': 1}}, {'a': {'y': 2}}, strategy='recurse'))|json }}
a07: {{ (salt['slsutil.merge']({'a': {'x': 1}}, {'a': {'y': 2}}, strategy='nosuch'))|json }}
a08: {{ (salt['slsutil.merge']({'a': 1}, {'a': none}))|json }}
a09: {{ (salt['slsutil.merge']({'a': none}, {'a': {'b': 1}}))|json }}
a10: {{ (salt['slsutil.merge']({'a': {'b': 1}}, {'a': 'x'}))|json }}
a11: {{ (salt['slsutil.merge']({}, {'a': 1}))|json }}
a12: {{ (salt['slsutil.merge_all']([{'a': 1}, {'b': 2}, {'a': {'c': 3}}]))|json }}
a13: {{ (salt['slsutil.merge_all']([]))|json }}
a14: {{ (salt['slsutil.merge_all']([{'a': [1]}, {'a': [2]}], merge_lists=true))|json }}
