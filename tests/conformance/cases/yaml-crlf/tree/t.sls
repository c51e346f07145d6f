a:
  test.nop:
    - text: |
        one
        two
