a:
  test.nop:
    - name: {{ salt['pillar.gt']('x') }}
