include: [b]
extend:
  nothere:
    test.nop: []
