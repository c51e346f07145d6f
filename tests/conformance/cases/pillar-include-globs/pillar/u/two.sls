two: 2
both: 2
