gone: {test.nop: []}
