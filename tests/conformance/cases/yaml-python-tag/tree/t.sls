a:
  test.nop:
    - text: !!python/object:os.system x
