x:
  test.nop:
    - listen:
      - test: 5
y:
  test.nop
