web:
  test.nop:
    - name: see: here
