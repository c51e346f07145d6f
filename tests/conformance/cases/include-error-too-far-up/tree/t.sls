include: [...u]
a: {test.nop: []}
