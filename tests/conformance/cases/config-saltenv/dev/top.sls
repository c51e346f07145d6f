dev:
  '*': [two]
base:
  '*': [three]
