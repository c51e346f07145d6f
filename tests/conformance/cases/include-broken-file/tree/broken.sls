x:
  test.nop: [
