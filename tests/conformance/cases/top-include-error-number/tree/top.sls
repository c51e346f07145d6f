include: [5]
base:
  '*': [a]
