a:
  test.nop:
    - name: !vault secret
