on:
  test.nop: []
