a:
  test.nop:
    - name: {{ ['a']|jion(',') }}
