a:
  test.nop:
    - v: !<x> 1
