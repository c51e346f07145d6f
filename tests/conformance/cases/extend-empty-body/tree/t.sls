include:
  - a
extend:
  one: {}
x:
  test.nop
