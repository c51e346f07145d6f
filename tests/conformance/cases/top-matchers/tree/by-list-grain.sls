by-list-grain: {test.nop: []}
