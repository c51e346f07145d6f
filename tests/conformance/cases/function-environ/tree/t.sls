a01: {{ (salt['environ.get']('NOSUCH_VARIABLE'))|json }}
a02: {{ (salt['environ.get']('NOSUCH_VARIABLE', 'd'))|json }}
a03: {{ (salt['environ.has_value']('NOSUCH_VARIABLE'))|json }}
a04: {{ (salt['environ.has_value']('PATH'))|json }}
a05: {{ (salt['environ.has_value']('PATH', 'x'))|json }}
a06: {{ (salt['environ.item']('NOSUCH_VARIABLE'))|json }}
a07: {{ (salt['environ.item'](['NOSUCH_VARIABLE', 'ANOTHER_ONE'], default='x'))|json }}
a08: {{ ('PATH' in salt['environ.items']())|json }}
