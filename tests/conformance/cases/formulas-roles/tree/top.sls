base:
  '*':
    - t
