a:
  test.nop:
    - order: 5
    - names: [x, y]
b:
  test.nop:
    - order: 4
