include:
  - defaults
  - secrets
own: {a: main}
shared: main
