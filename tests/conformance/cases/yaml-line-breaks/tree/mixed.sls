a:
  test.nop:
    - v: |
        a
        b
    - w: 1
