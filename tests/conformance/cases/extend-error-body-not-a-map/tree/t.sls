extend: {a: x, b: []}
a: {test.nop: []}
