b:
  test.nop:
    - x: {{ y }}
