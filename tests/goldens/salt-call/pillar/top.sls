base:
  '*': [site]
