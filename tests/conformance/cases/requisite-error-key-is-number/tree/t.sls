x:
  test.nop:
    - require:
      - 1: y
y:
  test.nop
