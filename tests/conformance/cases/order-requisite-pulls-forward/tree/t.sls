late: {test.nop: [{order: last}]}
early:
  test.nop:
    - order: 1
    - require: [{test: late}]
middle: {test.nop: []}
