a:
  test:
    - nop
    - comment
