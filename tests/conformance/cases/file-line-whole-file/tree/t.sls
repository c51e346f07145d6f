{%- set made = salt['cmd.run']('umask 022; cd @DIR@; printf "a\\n" | tee real kept owner nobody > latin1; ln -s real link; ln -s nowhere dangling; printf "\\377\\n" >> latin1; printf "a\\000b\\n" > nul', python_shell=True) %}
made:
  file.line:
    - name: @DIR@/made
    - mode: insert
    - location: end
    - content: x
    - create: true
    - file_mode: '0600'
made in vain:
  file.line:
    - name: @DIR@/vain
    - mode: ensure
    - after: q
    - content: x
    - create: true
no folder:
  file.line:
    - name: @DIR@/no/such
    - mode: insert
    - location: end
    - content: x
    - create: true
link:
  file.line:
    - name: @DIR@/link
    - mode: ensure
    - after: a
    - content: b
dangling:
  file.line:
    - name: @DIR@/dangling
    - mode: insert
    - location: end
    - content: x
    - create: true
kept:
  file.line:
    - name: @DIR@/kept
    - mode: delete
    - match: a
    - backup: true
mode alone:
  file.line:
    - name: @DIR@/owner
    - mode: delete
    - match: q
    - file_mode: '0640'
no such owner:
  file.line:
    - name: @DIR@/nobody
    - mode: ensure
    - after: a
    - content: b
    - user: no-such-user
    - file_mode: '0600'
not utf-8:
  file.line:
    - name: @DIR@/latin1
    - mode: ensure
    - after: a
    - content: b
not text:
  file.line:
    - name: @DIR@/nul
    - mode: ensure
    - after: a
    - content: b
what is there now:
  cmd.run:
    - name: cd @DIR@; for name in *; do echo "$name" | sed 's/kept.20.*/kept.TIME/'; stat -c '%A %s' "$name"; if test -e "$name"; then od -c "$name"; fi; done
