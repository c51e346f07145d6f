base:
  '*': [one]
