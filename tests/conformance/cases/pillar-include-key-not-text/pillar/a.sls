include:
  - b: {key: 5}
x: 1
