include:
  - ..package
  - .file
  - .environ
extend:
  app-pkg:
    test:
      - x: {{ slspath }}-{{ sls }}-{{ tpldir }}-{{ slsdotpath }}
