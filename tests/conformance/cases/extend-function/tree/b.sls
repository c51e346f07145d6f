web:
  test: [nop, text: x]
