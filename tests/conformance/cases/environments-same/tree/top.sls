base:
  '*': [a]
dev:
  '*': [never]
