include:
  - b:
x: 1
