include:
  - more
base:
  '*':
    - web
