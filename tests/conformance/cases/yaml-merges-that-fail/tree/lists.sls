a:
  test.nop:
    - v: {<<: [[{a: 1}]]}
