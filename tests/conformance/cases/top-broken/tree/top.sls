base:
  '*': [
