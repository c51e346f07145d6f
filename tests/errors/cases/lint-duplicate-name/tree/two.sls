gone:
  file.absent:
    - name: /etc/x
