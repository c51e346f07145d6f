x:
  test.nop:
    - require_in:
      - test: yy
