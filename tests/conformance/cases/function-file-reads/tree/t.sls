{% do salt['cmd.shell']('mkdir -p @DIR@/d/e && cd @DIR@ && printf "one\\ntwo\\nthree\\n" > f && printf x > d/e/g.conf && ln -s f link && chmod 640 f && chmod 755 d') %}
a01: {{ (salt['file.read']('@DIR@/f'))|json }}
a02: {{ (salt['file.readdir']('@DIR@')|sort)|json }}
a03: {{ (salt['file.readlink']('@DIR@/link'))|json }}
a04: {{ (salt['file.get_mode']('@DIR@/f'))|json }}
a05: {{ (salt['file.get_mode']('@DIR@/d'))|json }}
a06: {{ (salt['file.get_hash']('@DIR@/f'))|json }}
a07: {{ (salt['file.get_hash']('@DIR@/f', 'md5'))|json }}
a08: {{ (salt['file.get_sum']('@DIR@/f'))|json }}
a09: {{ (salt['file.get_sum']('@DIR@/nope'))|json }}
a10: {{ (salt['file.stats']('@DIR@/f')['mode'])|json }}
a11: {{ (salt['file.stats']('@DIR@/f').size)|json }}
a12: {{ (salt['file.stats']('@DIR@/f').type)|json }}
a13: {{ (salt['file.stats']('@DIR@/d').type)|json }}
a14: {{ (salt['file.stats']('@DIR@/f')|sort)|json }}
a15: {{ (salt['file.lstat']('@DIR@/f').st_size)|json }}
a16: {{ (salt['file.lstat']('@DIR@/nope'))|json }}
a17: {{ (salt['file.get_user']('@DIR@/f') == salt['file.uid_to_user'](salt['file.get_uid']('@DIR@/f')))|json }}
