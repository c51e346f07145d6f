by-grain: {test.nop: []}
