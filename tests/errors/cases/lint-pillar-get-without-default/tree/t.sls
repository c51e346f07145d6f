a:
  test.nop:
    - text: 'port {{ salt['pillar.get']('web:port') }}'
