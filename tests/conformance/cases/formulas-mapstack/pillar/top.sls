base:
  '*':
    - tpl
