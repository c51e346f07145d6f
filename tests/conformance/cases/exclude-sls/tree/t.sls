include: [b, c]
exclude:
  - sls: b
a: {test.nop: []}
