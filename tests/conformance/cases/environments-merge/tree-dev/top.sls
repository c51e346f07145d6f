base:
  '*': [never]
dev:
  'fp-*': [d]
