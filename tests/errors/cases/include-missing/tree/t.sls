include:
  - web.ngnix
