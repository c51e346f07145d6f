x:
  b: c
  - a
