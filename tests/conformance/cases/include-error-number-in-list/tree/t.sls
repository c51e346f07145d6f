include: [3]
a: {test.nop: []}
