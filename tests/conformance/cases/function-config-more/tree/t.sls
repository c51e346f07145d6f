a01: {{ (salt['config.option']('role'))|json }}
a02: {{ (salt['config.option']('own'))|json }}
a03: {{ (salt['config.option']('nope'))|json }}
a04: {{ (salt['config.option']('nope', 'd'))|json }}
a05: {{ (salt['config.option']('os'))|json }}
a06: {{ (salt['config.option']('os', omit_grains=true))|json }}
a07: {{ (salt['config.option']('own*', wildcard=true))|json }}
a08: {{ (salt['config.option']('role', omit_all=true))|json }}
a09: {{ (salt['config.merge']('own'))|json }}
a10: {{ (salt['config.merge']('users'))|json }}
a11: {{ (salt['config.merge']('list'))|json }}
a12: {{ (salt['config.merge']('nope', 'd'))|json }}
a13: {{ (salt['config.dot_vals']('own'))|json }}
a14: {{ (salt['config.valid_fileproto']('salt://x'))|json }}
a15: {{ (salt['config.valid_fileproto']('x'))|json }}
a16: {{ (salt['config.manage_mode']('755'))|json }}
a17: {{ (salt['config.manage_mode']('0644'))|json }}
a18: {{ (salt['config.manage_mode'](none))|json }}
