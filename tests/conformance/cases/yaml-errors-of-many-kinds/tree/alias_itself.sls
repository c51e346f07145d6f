x: &x
  test.nop:
    - name: *x
