proxy: {test.nop: []}
