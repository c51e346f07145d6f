base:
  '*':
    - ignore_missing: {}
    - a
