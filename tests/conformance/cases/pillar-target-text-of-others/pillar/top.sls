base:
  'other-*': web
  '*': [a]
  'empty': ''
