web:
  test.nop:
    - name: *base
