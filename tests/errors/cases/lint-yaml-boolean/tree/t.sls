a:
  test.nop:
    - answers: [yes, no]
    - switch: off
