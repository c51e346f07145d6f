a01: {{ (salt['grains.get']('os'))|json }}
a02: {{ (salt['grains.get']('datacenter:name'))|json }}
a03: {{ (salt['grains.get']('datacenter|country', delimiter='|'))|json }}
a04: {{ (salt['grains.get']('roles:0'))|json }}
a05: {{ (salt['grains.get']('nope'))|json }}
a06: {{ (salt['grains.get']('nope', []))|json }}
a07: {{ (salt['grains.get']('ip_interfaces:eth0:0'))|json }}
a08: {{ (salt['grains.fetch']('os'))|json }}
a09: {{ (salt['grains.item']('os', 'host'))|json }}
a10: {{ (salt['grains.item']('nope'))|json }}
a11: {{ (salt['grains.has_value']('roles'))|json }}
a12: {{ (salt['grains.has_value']('nope'))|json }}
a13: {{ (salt['grains.equals']('os', 'Debian'))|json }}
a14: {{ (salt['grains.equals']('num_cpus', 2))|json }}
a15: {{ (salt['grains.equals']('os', 'debian'))|json }}
a16: {{ (salt['grains.ls']()|length > 10)|json }}
