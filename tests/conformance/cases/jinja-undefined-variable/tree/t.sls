a:
  test.nop:
    - text: x
    - bad: {{ nope }}
