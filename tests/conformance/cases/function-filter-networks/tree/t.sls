a01: {{ (['192.168.0.1', 'foo', '2001:db8::1', '8.8.8.8/24']|ipaddr)|json }}
a02: {{ (['10.0.0.1', '8.8.8.8', '127.0.0.1']|ipaddr('private'))|json }}
a03: {{ ('192.168.0.1/30'|network_hosts)|json }}
a04: {{ ('192.168.0.0/24'|network_size)|json }}
a05: {{ (['192.168.0.1/28', 'fe80::1/64']|ip_host)|json }}
a06: {{ (['::1', '10.0.0.1']|ipwrap)|json }}
a07: {{ ({'eth0': ['192.168.0.1'], 'lo': ['127.0.0.1']}|filter_by_networks(['192.168.0.0/16']))|json }}
a08: {{ (grains['ipv4']|filter_by_networks(['10.0.0.0/8']))|json }}
a09: {{ ('10.0.0.1'|is_ipv4)|json }}
a10: {{ ('::1'|is_ipv6('loopback'))|json }}
