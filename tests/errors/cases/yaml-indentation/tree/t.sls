web:
  test.nop:
    - name: a
   - mode: b
