a:
  test.nop:
    - v: |0
        a
