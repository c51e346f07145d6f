a: {test.nop: [{text: [a, b, {c: d}]}, {key: {x: 1, y: [2, 3]}}]}
b: {test: [nop, text: z]}
