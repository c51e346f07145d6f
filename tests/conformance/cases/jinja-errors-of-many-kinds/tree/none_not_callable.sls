x:
  test.nop:
    - name: {{ none() }}
