x:
  test.nop:
    - names:
      - 80
      - b: text
