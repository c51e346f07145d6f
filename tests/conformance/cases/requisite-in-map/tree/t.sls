base: {test.nop: []}
a:
  test.nop:
    - require_in:
        test: base
