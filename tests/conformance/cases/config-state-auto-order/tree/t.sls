z: test.nop
a: test.nop
m:
  test.nop:
    - order: 1
