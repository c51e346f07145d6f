x:
  test.nop:
    - name: "\ud800"
