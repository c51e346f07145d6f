a: {test.nop: []}
b: {test.nop: [{onchanges: {test: a}}]}
