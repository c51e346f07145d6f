x:
  test.nop:
    - name: {{ 'a: [' | load_json }}
