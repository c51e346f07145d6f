a:
  test.nop:
    - bad: {{ grains['no_such_grain'] }}
