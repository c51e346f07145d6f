a:
  test.nop:
    - v: {<<: {a: 1}, <<: {a: 2}}
