a:
  test.nop:
    - context:
        <<: defaults
