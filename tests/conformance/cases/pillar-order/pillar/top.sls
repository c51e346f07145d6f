base:
  '*':
    - order: 2
    - late
  'fp-*':
    - order: 1
    - early
