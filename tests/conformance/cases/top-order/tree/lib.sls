lib: {test.nop: []}
