a:
  test.nop:
    - dates: [2016-06-09, 2016-6-9, 2016-06-09 11:18:57, 2016-06-09T11:18:57Z, 2016-06-09t11:18:57.1+02:00]
    - tagged: !!timestamp 2016-06-09
    - nonsense: !!timestamp tomorrow
    - key: {2016-06-09: x}
