base:
  '*': [v]
