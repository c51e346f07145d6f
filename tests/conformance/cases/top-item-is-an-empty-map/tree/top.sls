base:
  '*':
    - {}
    - a
