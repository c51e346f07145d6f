base:
  '*': [common, nosuch]
