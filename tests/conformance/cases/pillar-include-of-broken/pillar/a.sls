include: [b, c]
x: 1
