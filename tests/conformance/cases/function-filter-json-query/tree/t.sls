{% set data = {'services': [{'name': 'http', 'host': '1.2.3.4', 'port': 80}, {'name': 'smtp', 'host': '1.2.3.5', 'port': 25}, {'name': 'ssh', 'host': '1.2.3.6', 'port': 22}]} %}
a01: {{ (data|json_query('services[].port'))|json }}
a02: {{ (data|json_query('services[?port > `79`].name | [0]'))|json }}
a03: {{ (data|json_query('services[*].{n: name, p: port}'))|json }}
a04: {{ (data|json_query('max_by(services, &port).name'))|json }}
a05: {{ (data|json_query('sort_by(services, &name)[].name'))|json }}
a06: {{ (data|json_query('length(services)'))|json }}
a07: {{ (data|json_query('services[-1].host'))|json }}
a08: {{ (data|json_query('nope.nope'))|json }}
a09: {{ (data|json_query("join('-', services[].name)"))|json }}
