a:
  test.nop:
    - name: {{ nothing_here }}
