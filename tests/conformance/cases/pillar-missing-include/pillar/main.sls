include: [nosuch]
a: 1
