include: [broken]
a: {test.nop: []}
