x:
  test.nop:
    - name: &
