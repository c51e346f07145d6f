a01: {{ (salt['random.seed'](100, 'fixed'))|json }}
a02: {{ (salt['random.seed'](10))|json }}
a03: {{ (salt['random.seed'](60, hash='x'))|json }}
a04: {{ (salt['random.seed'](1000000, 42))|json }}
a05: {{ (salt['random.rand_int'](1, 10, 'seed'))|json }}
a06: {{ (salt['random.rand_int'](seed=7))|json }}
a07: {{ (salt['random.rand_int'](1, 1000000, 'fp-1'))|json }}
a08: {{ (salt['random.rand_int'](3, 3))|json }}
a09: {{ (salt['random.sample'](['a', 'b', 'c', 'd'], 2, 'x'))|json }}
a10: {{ (salt['random.shuffle']([1, 2, 3, 4, 5], 'host'))|json }}
a11: {{ (salt['random.hash']('abc'))|json }}
a12: {{ (salt['random.hash']('abc', 'md5'))|json }}
a13: {{ (salt['random.str_encode']('abc'))|json }}
a14: {{ (salt['random.get_str'](12)|length)|json }}
a15: {{ (salt['random.get_str'](5, chars='x'))|json }}
a16: {{ (['one', 'two', 'three', 'four']|random_shuffle(seed='static'))|json }}
a17: {{ (range(40)|list|random_sample(5, 'host-1'))|json }}
