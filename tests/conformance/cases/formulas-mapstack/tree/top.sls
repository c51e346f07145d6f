base:
  'G@os_family:Debian and fp-*':
    - match: compound
    - tpl.show
