base:
  '*': [common]
  'fp-*':
    - proxy
    - common
  'cm-*':
    - master
  'fp-1': [extra, proxy]
