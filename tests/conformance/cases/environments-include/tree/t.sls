include:
  - dev: d
a: {test.nop: []}
