include:
  - users
