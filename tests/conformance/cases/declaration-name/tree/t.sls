first:
  test.nop:
    - name: other
