a:
  test.nop:
    - name: café
