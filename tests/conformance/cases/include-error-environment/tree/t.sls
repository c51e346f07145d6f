include: [{dev: u}]
a: {test.nop: []}
