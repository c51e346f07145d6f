include:
  - ..other
down: {test.nop: []}
