gone: {test.nop: []}
stays: {test.nop: []}
