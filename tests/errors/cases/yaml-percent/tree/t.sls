a:
  test.nop:
    - name: %h
