by-glob: {test.nop: []}
