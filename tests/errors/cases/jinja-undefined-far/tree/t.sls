a:
  test.nop:
    - name: {{ whatever }}
