s:
  test.nop:
    - names:
      - a: [[{x: 1}]]
      - b
