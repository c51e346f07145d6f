{% set f = salt['test.echo'] %}
a01: {{ ('test.ping' in salt)|json }}
a02: {{ ('no.such' in salt)|json }}
a03: {{ (salt.test.ping())|json }}
a04: {{ (salt['test']['ping']())|json }}
a05: {{ (salt['test'].ping())|json }}
a06: {{ (salt.get('test.ping')())|json }}
a07: {{ (salt.get('no.such'))|json }}
a08: {{ (salt.get('no.such', 'd'))|json }}
a09: {{ (salt['test.ping'] is callable)|json }}
a10: {{ ('test.ping' in salt.keys())|json }}
a11: {{ (salt['no.such'] is defined)|json }}
a12: {{ (salt['test.echo'](text='x'))|json }}
a13: {{ (f('y'))|json }}
