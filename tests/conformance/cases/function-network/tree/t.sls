a01: {{ (salt['network.is_private']('10.0.0.1'))|json }}
a02: {{ (salt['network.is_private']('8.8.8.8'))|json }}
a03: {{ (salt['network.is_loopback']('127.0.0.1'))|json }}
a04: {{ (salt['network.is_loopback']('10.0.0.1'))|json }}
a05: {{ (salt['network.is_loopback']('::1'))|json }}
a06: {{ (salt['network.is_private']('fd00::1'))|json }}
a07: {{ (salt['network.reverse_ip']('10.1.2.3'))|json }}
a08: {{ (salt['network.reverse_ip']('::1'))|json }}
a09: {{ (salt['network.convert_cidr']('10.0.0.0/20'))|json }}
a10: {{ (salt['network.ip_addrs']('nosuch'))|json }}
a11: {{ (salt['network.interfaces']()['lo']['inet'][0]['address'])|json }}
a12: {{ (salt['network.ip_addrs']('lo', include_loopback=true))|json }}
a13: {{ ('lo' in salt['network.interfaces']())|json }}
