/etc/x:
  file.managed:
    - mode: 644
