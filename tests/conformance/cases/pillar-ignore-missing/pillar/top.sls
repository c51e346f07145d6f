base:
  '*':
    - ignore_missing: True
    - main
    - nosuch
