include:
  - .package
  - .config
  - .service
  - ..common
  - app.sub
