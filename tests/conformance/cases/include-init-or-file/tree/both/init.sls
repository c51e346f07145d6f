init: {test.nop: []}
