a01: {{ ('AB'|product('xy')|list)|json }}
a02: {{ ([1, 2]|product(repeat=2)|list)|json }}
a03: {{ ('ABC'|combinations_with_replacement(2)|list)|json }}
a04: {{ ('ABCDEF'|compress([1, 0, 1])|list)|json }}
a05: {{ ('ABC'|permutations(2)|list)|json }}
a06: {{ ([1, 2]|zip_longest(['a'], fillvalue='-')|list)|json }}
a07: {{ ([1, [2, [3, none]]]|flatten)|json }}
a08: {{ ({'a': {'b': [10, {'c': 20}]}}|traverse('a:b:c'))|json }}
a09: {{ ([{'key': 'a', 'value': 1}]|from_entries)|json }}
a10: {{ ({'a': 1}|to_entries)|json }}
a11: {{ (['+--+', '| id | n |', '| 1 | x |']|mysql_to_dict('id'))|json }}
