a:
  test.nop:
    - name: {{ pillar['something'] }}
