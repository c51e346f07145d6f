include: [nosuch]
a: {test.nop: []}
