include:
  - sub.one
