a:
  test.nop:
    - name: {{ salt.grains.gt('id') }}
