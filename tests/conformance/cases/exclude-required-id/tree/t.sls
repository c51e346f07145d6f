include: [b]
exclude:
  - id: gone
a: {test.nop: [{require: [{test: gone}]}]}
