x:
  test.nop:
    - require: y
y:
  test.nop: []
