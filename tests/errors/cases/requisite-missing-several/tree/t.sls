a:
  test.nop:
    - require:
      - test: aaa
      - test: bbb
    - watch:
      - file: /etc/ccc
b:
  test.nop:
    - onchanges:
      - cmd: nowhere
