{% do salt['cmd.shell']('mkdir -p @DIR@/d/e && cd @DIR@ && printf "one\\ntwo\\nthree\\n" > f && printf x > d/e/g.conf && ln -s f link && chmod 640 f && chmod 755 d') %}
a01: {{ (salt['file.file_exists']('@DIR@/f'))|json }}
a02: {{ (salt['file.file_exists']('@DIR@/d'))|json }}
a03: {{ (salt['file.file_exists']('@DIR@/nope'))|json }}
a04: {{ (salt['file.directory_exists']('@DIR@/d'))|json }}
a05: {{ (salt['file.directory_exists']('@DIR@/f'))|json }}
a06: {{ (salt['file.is_link']('@DIR@/link'))|json }}
a07: {{ (salt['file.is_link']('@DIR@/f'))|json }}
a08: {{ (salt['file.access']('@DIR@/f', 'r'))|json }}
a09: {{ (salt['file.access']('@DIR@/nope', 'f'))|json }}
a10: {{ (salt['file.path_exists_glob']('@DIR@/d*'))|json }}
a11: {{ (salt['file.path_exists_glob']('@DIR@/x*'))|json }}
a12: {{ (salt['file.contains']('@DIR@/f', 'two'))|json }}
a13: {{ (salt['file.contains']('@DIR@/f', 'nope'))|json }}
a14: {{ (salt['file.contains_regex']('@DIR@/f', '^t.o$'))|json }}
a15: {{ (salt['file.contains_regex']('@DIR@/f', 'x+'))|json }}
a16: {{ (salt['file.contains_regex']('@DIR@/nope', 'x'))|json }}
a17: {{ (salt['file.contains_glob']('@DIR@/f', '*two*'))|json }}
