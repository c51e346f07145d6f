a:
  test.nop:
    - name: {{ 'a'|replace('b') }}
