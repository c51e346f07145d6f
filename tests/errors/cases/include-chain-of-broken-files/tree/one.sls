a:
  test.nop: [
