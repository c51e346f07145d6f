master: {test.nop: []}
