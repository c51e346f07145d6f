include: [more]
base:
  '*': [a]
