a:
  test.nop:
    - name: one
      text: two
      map:
        a: 1
    - - nested
      - list
    -
      later: line
    - {flow: 1, other: 2}
