/etc/x:
  file.managed:
    - user: root
      group: root
