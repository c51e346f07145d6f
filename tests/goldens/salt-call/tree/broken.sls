a:
  test.nop:
    - x: {{ nope }}
