web:
  service:
    - name: nginx
