extend:
  - web
