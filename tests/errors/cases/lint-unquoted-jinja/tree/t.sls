a:
  test.nop:
    - version: {{ pillar['version'] }}
