/etc/x:
  file.managed:
    - requires:
      - file: /etc/y
    - owner: root
