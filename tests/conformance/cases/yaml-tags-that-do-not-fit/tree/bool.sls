a:
  test.nop:
    - v: !!bool maybe
