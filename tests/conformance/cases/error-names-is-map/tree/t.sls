a:
  test.nop:
    - names: {x: [{comment: y}]}
