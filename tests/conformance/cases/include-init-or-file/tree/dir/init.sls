dir: {test.nop: []}
