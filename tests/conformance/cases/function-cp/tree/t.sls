a01: {{ (salt['cp.list_states']()|sort)|json }}
a02: {{ (salt['cp.list_master']()|sort)|json }}
a03: {{ (salt['cp.list_master_dirs']()|sort)|json }}
a04: {{ (salt['cp.get_file_str']('salt://top.txt'))|json }}
a05: {{ (salt['cp.get_file_str']('salt://nosuch'))|json }}
a06: {{ (salt['cp.hash_file']('salt://top.txt'))|json }}
a07: {{ (salt['cp.list_master'](prefix='web')|sort)|json }}
a08: {{ (salt['cp.get_file']('salt://top.txt', '@DIR@/copy'))|json }}
a09: {{ (salt['file.read']('@DIR@/copy'))|json }}
a10: {{ (salt['cp.cache_file']('salt://nosuch'))|json }}
