web:
  test.nop
    - name: a
