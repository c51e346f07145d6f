app-pkg:
  test.nop:
    - names: [one, two: [{order: 1}, {x: y}], three]
