dev:
  '*': [a]
