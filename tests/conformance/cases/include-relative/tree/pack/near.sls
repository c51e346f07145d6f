near: {test.nop: []}
