b: {test: nop}
