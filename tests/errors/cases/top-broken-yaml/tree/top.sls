base:
  '*': [web
