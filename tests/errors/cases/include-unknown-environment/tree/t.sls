include:
  - prod: web
