a01: {{ (salt['config.get']('id'))|json }}
a02: {{ (salt['config.get']('os'))|json }}
a03: {{ (salt['config.get']('role'))|json }}
a04: {{ (salt['config.get']('own:key'))|json }}
a05: {{ (salt['config.get']('users:ops:uid'))|json }}
a06: {{ (salt['config.get']('nope'))|json }}
a07: {{ (salt['config.get']('nope', 'd'))|json }}
a08: {{ (salt['config.get']('own'))|json }}
a09: {{ (salt['config.get']('own', merge='recurse'))|json }}
a10: {{ (salt['config.get']('os', omit_grains=true))|json }}
a11: {{ (salt['config.get']('role', omit_pillar=true))|json }}
a12: {{ (salt['config.get']('own:key', omit_opts=true))|json }}
a13: {{ (salt['config.get']('own|key', delimiter='|'))|json }}
