a:
  test.nop:
    - v:	1
    - w: [a,	b]
    - x: a	b
