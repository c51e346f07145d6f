a: test.nop
b:
  test.nop:
    - aggregate: true
