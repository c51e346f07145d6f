dev:
  '*': [b]
base:
  '*': [a]
