a:
  test.nop:
    - name: @home
