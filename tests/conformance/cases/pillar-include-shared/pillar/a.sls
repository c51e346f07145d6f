include: [s]
a: 1
m: {x: a}
