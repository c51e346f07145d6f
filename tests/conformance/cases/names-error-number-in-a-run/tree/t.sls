x:
  test.nop:
    - names:
      - a
      - 5
