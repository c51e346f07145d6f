by-network: {test.nop: []}
