base:
  '*':
    - motd
  'fp-*':
    - proxy
  'cm-*':
    - monitor
