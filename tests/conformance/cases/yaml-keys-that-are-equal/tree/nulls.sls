a:
  test.nop:
    - v: {~: a, null: b}
