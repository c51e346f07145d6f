a:
  test.nop:
    - list:
        <<: [{x: 1, y: 1}, {y: 2, z: 2}]
