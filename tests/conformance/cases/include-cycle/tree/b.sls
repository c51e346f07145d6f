include: [t]
b: {test.nop: []}
