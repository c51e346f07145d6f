exclude: u
a: {test.nop: []}
