envs:
  prod: [a, xb, c]
  dev: [d]
