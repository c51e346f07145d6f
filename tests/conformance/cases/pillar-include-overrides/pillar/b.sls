include: [c]
x: b
m: {x: b, y: b, l: [b]}
