x:
  test.nop:
    - require:
      - test: a
        file: b
