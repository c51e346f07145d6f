a:
  test.nop:
    - map:
        ? a
        : 1
        ? b
        ? |
          text
        : 2
        ? 'q'
        :
          - x
    - flow: {? k : v, ? w}
