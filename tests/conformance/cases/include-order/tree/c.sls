include: [d]
c: {test.nop: []}
