many:
  test.nop:
    - names:
      - a
      - b: [{unless: 'true'}]
      - c: [{onlyif: 'false'}]
    - onlyif: 'true'
