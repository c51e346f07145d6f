vim:
  pkg.instaled: []
/tmp/x:
  file.managed:
    contents: a
web:
  user.present:
    - shel: /bin/sh
    - require:
      - pkg: vmi
