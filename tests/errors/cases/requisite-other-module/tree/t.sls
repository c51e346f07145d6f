nginx:
  pkg.installed: []
x:
  test.nop:
    - require:
      - service: nginx
