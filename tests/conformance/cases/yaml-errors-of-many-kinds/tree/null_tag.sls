x:
  test.nop:
    - name: !!null a
