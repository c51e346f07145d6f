/etc/x:
  file.managed:
    - contents: a
