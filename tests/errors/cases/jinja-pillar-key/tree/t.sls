a:
  test.nop:
    - name: {{ pillar['titel'] }}
