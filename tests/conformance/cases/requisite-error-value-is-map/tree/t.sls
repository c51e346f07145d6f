x:
  test.nop:
    - require:
      - test: {a: {b: [c]}}
y:
  test.nop
