y:
  test.nop: []
x:
  test.nop:
    - require_in:
      - test.nop: y
