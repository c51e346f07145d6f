include: [base]
extend:
  web: {test.nop: [{text: two}, {two: 2}]}
