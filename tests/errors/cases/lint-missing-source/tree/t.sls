/etc/x:
  file.managed:
    - source: salt://web/nginx.cnf
