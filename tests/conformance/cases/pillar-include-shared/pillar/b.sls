include: [s]
b: 1
m: {x: b}
