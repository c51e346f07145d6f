{% do salt['cmd.shell']('mkdir -p @DIR@/d/e && cd @DIR@ && printf "one\\ntwo\\nthree\\n" > f && printf x > d/e/g.conf && ln -s f link && chmod 640 f && chmod 755 d') %}
a01: {{ (salt['file.grep']('@DIR@/f', 't')['stdout'])|json }}
a02: {{ (salt['file.grep']('@DIR@/f', 'nope')['retcode'])|json }}
a03: {{ (salt['file.grep']('@DIR@/f', 'two')['retcode'])|json }}
a04: {{ (salt['file.grep']('@DIR@/f', '^t')['stdout'])|json }}
