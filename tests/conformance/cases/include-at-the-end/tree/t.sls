a: {test.nop: []}
include:
  - b
