x:
  test.nop:
    - names:
      - a
      - [b]
