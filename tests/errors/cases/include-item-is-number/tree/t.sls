include:
  - 5
