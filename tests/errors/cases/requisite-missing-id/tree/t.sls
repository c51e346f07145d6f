nginx:
  pkg.installed: []
x:
  test.nop:
    - require:
      - pkg: ngnix
