include:
  - ...common
  - app.sub.deep
