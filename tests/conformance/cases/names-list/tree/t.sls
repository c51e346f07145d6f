a:
  test.nop:
    - names:
      - z
      - b
      - z
      - c
