a:
  test.nop:
    - name: {{ 'abc'.uper() }}
