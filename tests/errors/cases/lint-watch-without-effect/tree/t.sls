a:
  test.nop: []
adm:
  group.present:
    - watch:
      - test: a
