include:
  - .near
  - .deep.down
near-includer: {test.nop: []}
