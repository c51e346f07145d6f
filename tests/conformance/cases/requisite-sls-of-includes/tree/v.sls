in-v: {test.nop: []}
