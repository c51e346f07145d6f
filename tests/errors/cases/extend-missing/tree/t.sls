include:
  - web
extend:
  ngnix:
    test:
      - x: 1
