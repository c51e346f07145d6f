second: {test.nop: []}
