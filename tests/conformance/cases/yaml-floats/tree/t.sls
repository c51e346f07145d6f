a:
  test.nop:
    - points: [1.0, .5, 5., -1.5, 1.10]
    - exponents: [1.0e+3, 1.5e-3, 1e3, 1.5e3, 12e45]
    - odd: [-.5, 1.2.3, 1.6, '1:30.5']
    - sexagesimal: 1:30.5
