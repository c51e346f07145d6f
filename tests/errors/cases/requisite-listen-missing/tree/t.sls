x:
  test.nop:
    - listen:
      - test: yy
