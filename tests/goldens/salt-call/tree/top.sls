base:
  'fp-*': [good]
