a:
  test.nop:
    - omap: !!omap {b: 1, a: 2}
    - pairs: !!pairs [a: 1, a: 2, [x, y]: 3]
    - empty: [!!omap {}, !!pairs []]
