x:
  test.nop:
    - name: "\U00110000"
