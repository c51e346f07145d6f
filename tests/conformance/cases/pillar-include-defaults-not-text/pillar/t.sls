include:
  - a:
      defaults: {1: b}
x: 1
