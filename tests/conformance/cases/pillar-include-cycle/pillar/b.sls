include: [c]
b: 1
x: b
