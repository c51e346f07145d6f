a:
  test.nop:
    - name: 'größe {{ nope }}'
