include:
  - web.tls
