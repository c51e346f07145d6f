a: {test.nop: [{text: one}]}
extend:
  a:
    test.nop:
      - text: two
