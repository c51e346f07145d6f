by-deep-grain: {test.nop: []}
