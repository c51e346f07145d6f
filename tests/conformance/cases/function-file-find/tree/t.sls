{% do salt['cmd.shell']('mkdir -p @DIR@/d/e && cd @DIR@ && printf "one\\ntwo\\nthree\\n" > f && printf x > d/e/g.conf && ln -s f link && chmod 640 f && chmod 755 d') %}
a01: {{ (salt['file.find']('@DIR@')|sort)|json }}
a02: {{ (salt['file.find']('@DIR@', name='*.conf'))|json }}
a03: {{ (salt['file.find']('@DIR@', type='d')|sort)|json }}
a04: {{ (salt['file.find']('@DIR@', maxdepth=1)|sort)|json }}
a05: {{ (salt['file.find']('@DIR@', mindepth=2)|sort)|json }}
a06: {{ (salt['file.find']('@DIR@', iname='G.CONF'))|json }}
a07: {{ (salt['file.find']('@DIR@', name='nope'))|json }}
