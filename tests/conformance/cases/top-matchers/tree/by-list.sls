by-list: {test.nop: []}
