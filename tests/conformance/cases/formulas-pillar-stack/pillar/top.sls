base:
  '*':
    - stack
    - stack.os.{{ grains['os_family']|lower }}
    - roles.*
  'G@os:Debian':
    - stack.last
  'fp-[0-9]':
    - match: glob
    - stack.host
