include:
  -
base:
  '*': [a]
