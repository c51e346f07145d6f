b: {test.nop: []}
