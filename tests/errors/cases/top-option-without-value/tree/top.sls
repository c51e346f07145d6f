base:
  'os:Debian':
    - match:
    - web
