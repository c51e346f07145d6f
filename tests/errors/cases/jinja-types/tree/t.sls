a:
  test.nop:
    - name: {{ 'port ' + 80 }}
