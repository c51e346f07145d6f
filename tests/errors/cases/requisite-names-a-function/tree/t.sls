y:
  test.nop: []
x:
  test.nop:
    - require:
      - test.nop: y
