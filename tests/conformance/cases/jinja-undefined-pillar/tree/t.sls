a:
  test.nop:
    - bad: {{ pillar['missing']['deep'] }}
