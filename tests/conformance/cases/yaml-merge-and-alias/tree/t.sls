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
    - same: *base
    - list: [*base, *base]
