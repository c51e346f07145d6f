a: test.nop
c:
  test.nop
d:
  test.nop: []
e:
  test:
    - nop
    - text: x
f:
  test.nop:
    - text: one
      second: two
