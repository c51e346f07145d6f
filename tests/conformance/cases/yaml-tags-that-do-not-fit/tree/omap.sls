a:
  test.nop:
    - v: !!omap [a: 1]
