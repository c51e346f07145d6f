include: [b]
a: 1
x: a
