a: {test.nop: []}
b: {test.nop: [{prereq: 3}]}
