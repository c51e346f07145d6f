include:
  - 'u.*'
  - 'v*': {key: v}
  - u/two
  - '.w?'
x: 1
