include:
  - base: a
    other: b
x:
  test.nop
