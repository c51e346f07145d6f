by-case: {test.nop: []}
