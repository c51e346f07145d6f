file: {test.nop: []}
