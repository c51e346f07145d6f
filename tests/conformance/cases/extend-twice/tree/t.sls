include: [one, two, base]
extend:
  web: {test.nop: [{text: top}]}
