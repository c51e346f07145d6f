base:
  '*':
    - envs
