base:
  '*':
    - common
  'fp-*':
    - proxy
  'cm-*':
    - monitor
