include: ''
base:
  '*': [a]
