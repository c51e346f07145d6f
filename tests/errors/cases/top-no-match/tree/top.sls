base:
  'cm-*':
    - web
