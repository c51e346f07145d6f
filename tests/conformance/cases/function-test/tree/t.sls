a01: {{ (salt['test.ping']())|json }}
a02: {{ (salt['test.echo']('x'))|json }}
a03: {{ (salt['test.arg'](1, 'a', k=2))|json }}
a04: {{ (salt['test.kwarg'](a=1))|json }}
a05: {{ (salt['test.true']())|json }}
a06: {{ (salt['test.false']())|json }}
a07: {{ (salt['test.outputter']([1]))|json }}
a08: {{ (salt['test.fib'](5)[0])|json }}
a09: {{ (salt['test.collatz'](3)[0])|json }}
a10: {{ (salt['test.arg_repr'](1, a='b'))|json }}
a11: {{ (salt['test.arg_type'](1, 'a', k=none))|json }}
a12: {{ (salt['test.random_hash'](9, 'md5')|length)|json }}
a13: {{ (salt['test.provider']('test'))|json }}
a14: {{ (salt['test.assertion'](true))|json }}
a15: {{ (salt['test.conf_test']())|json }}
a16: {{ (salt['test.get_opts']()['id'])|json }}
