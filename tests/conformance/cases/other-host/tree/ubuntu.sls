ubuntu: {test.nop: []}
