x:
  test.nop:
    - names:
      - a: {}
      - b: ''
      - c: []
      - d:
        - []
        - {}
        - ''
        - order: 5
