x:
  test.nop:
    - name: !foo a
