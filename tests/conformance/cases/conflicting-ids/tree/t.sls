include: [b]
x: {test.nop: []}
