include: [5]
x: 1
