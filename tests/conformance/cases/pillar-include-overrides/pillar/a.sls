include: [b, d.e, .c]
x: a
m: {x: a, l: [a]}
