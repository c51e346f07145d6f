/etc/x:
  file.managed:
    - context:
      port: 80
