a: {test.nop: x}
