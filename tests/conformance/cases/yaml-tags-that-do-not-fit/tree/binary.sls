a:
  test.nop:
    - v: !!binary A
