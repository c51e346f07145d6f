exclude: [t]
a: {test.nop: []}
