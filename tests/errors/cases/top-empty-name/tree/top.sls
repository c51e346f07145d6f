base:
  '*':
    - ''
