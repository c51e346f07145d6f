include: [a, c]
c: 1
x: c
