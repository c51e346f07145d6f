a01: {{ (salt['user.info']('root')['uid'])|json }}
a02: {{ (salt['user.info']('root')['home'])|json }}
a03: {{ (salt['user.info']('nosuchuser'))|json }}
a04: {{ ('root' in salt['user.list_users']())|json }}
a05: {{ (salt['user.primary_group']('root'))|json }}
a06: {{ (salt['user.info']('root')|sort)|json }}
a07: {{ (salt['group.info']('root')['gid'])|json }}
a08: {{ (salt['group.info']('root')|sort)|json }}
a09: {{ (salt['group.info']('nosuchgroup'))|json }}
a10: {{ (salt['user.list_groups']('root')[0] is string)|json }}
