a:
  test.nop:
    - v: {a: {b: 1, b: 2}}
    - w: {c: 1, c: 2}
