x:
  test.nop:
    - x: {{ pillar['a']['x'] }}
    - y: {{ pillar['a']['y'] }}
