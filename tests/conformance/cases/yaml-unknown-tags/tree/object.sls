a:
  test.nop:
    - v: !!python/object/apply:os.getcwd []
