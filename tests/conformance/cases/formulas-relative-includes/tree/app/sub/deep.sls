deep:
  test.nop:
    - use:
      - test: app-pkg
