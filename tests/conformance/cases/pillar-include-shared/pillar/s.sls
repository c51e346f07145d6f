include: [t]
s: 1
m: {x: s, y: s}
