dev:
  'fp-*': [d]
