a:
  test.nop:
    - v: |x
        a
