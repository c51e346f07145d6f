one: 1
both: 1
