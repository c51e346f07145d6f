common: {test.nop: []}
