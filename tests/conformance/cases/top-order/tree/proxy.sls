include: [lib]
proxy: {test.nop: []}
