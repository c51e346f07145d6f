a:
  test.nop:
    - v: "a b"
    - w: |
        a         b
