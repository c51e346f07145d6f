x:
  - a
  b: c
