include: {}
base:
  '*': [a]
