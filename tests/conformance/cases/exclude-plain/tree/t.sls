include: [b]
exclude: [b]
a: {test.nop: []}
