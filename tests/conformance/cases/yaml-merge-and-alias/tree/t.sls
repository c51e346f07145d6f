a:
  test.nop:
    - base: &base
        one: 1
        two: 2
    - over:
        <<: *base
        two: changed
        three: 3
    - late:
        three: 3
        <<: *base
    - list:
        <<: [{x: 1, y: 1}, {y: 2, z: 2}]
    - same: *base
