include:
  - web
extend:
  web-config:
    - name: a
