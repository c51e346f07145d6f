base:
  '*': [one, two]
  'fp-*': [three]
