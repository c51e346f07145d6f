a:
  test.nop:
    - name: {{ user_state('x') }}
