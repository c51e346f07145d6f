include:
  - a
exclude: []
extend: {}
x:
  test.nop
