x:
  test.nop:
    - name: |0
        a
