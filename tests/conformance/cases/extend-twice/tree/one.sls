include: [base]
extend:
  web: {test.nop: [{text: one}, {one: 1}]}
