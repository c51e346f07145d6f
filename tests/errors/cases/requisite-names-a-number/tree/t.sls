x:
  test.nop:
    - require:
      - test: 80
