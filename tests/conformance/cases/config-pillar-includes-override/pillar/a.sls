include: [b]
x: a
m: {a: 1}
